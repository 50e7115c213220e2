# ruff: noqa: E501, W291, ISC004 - lines as programs write them, and the breaks of Markdown
"""Clipboards as Word, Google Docs and others fill them: imitated markup, invented sentences."""

WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15">
<link rel=File-List href="file:///C:/Users/x/AppData/Local/Temp/msohtmlclip1/01/clip_filelist.xml">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} --></style></head>
<body lang=EN-GB link="#0563C1" style='tab-interval:36.0pt;word-wrap:break-word'>
<!--StartFragment-->
<p class=MsoTitle><span lang=EN-GB>Raid at the harbour<o:p></o:p></span></p>

<p class=MsoNormal><span lang=EN-GB>Police said that child
prostitutes had been found, <a href="https://news.example/raid_(1)?a=1&amp;b=2"><span
style='color:#0563C1'>a spokeswoman
wrote</span></a>.<o:p></o:p></span></p>

<p class=MsoNormal><o:p>&nbsp;</o:p></p>

<p class=MsoNormal>The <del cite="mailto:A" datetime="2026-11-01T10:00">big </del><ins
cite="mailto:A" datetime="2026-11-01T10:00">small </ins>flat <a
style='mso-comment-reference:AB_1;mso-comment-date:20261101T1000'>was empty</a><span
class=MsoCommentReference><span style='font-size:8.0pt'><![if !supportAnnotations]><a
class=msocomanchor id="_anchor_1" href="#_msocom_1" name="_msoanchor_1">[AB1]</a><![endif]></span></span>.<br>
Caf&eacute; *owners* knew.<span style='display:none;mso-hide:all'>hidden</span></p>

<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span
style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp; </span></span></span><![endif]>One<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp; </span></span><![endif]>Under <a
href="javascript:alert(1)">it</a><o:p></o:p></p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal>Cell</p></td><td><p
class=MsoNormal>Next</p></td></tr></table>
<!--EndFragment-->
<div style='mso-element:comment-list'><div style='mso-element:comment'><p>A remark.</p></div></div>
</body></html>"""
WORD_PLAIN = "Raid at the harbour\r\nPolice said that child prostitutes had been found …"
WORD_MARKDOWN = r"""# Raid at the harbour

Police said that child prostitutes had been found, [a spokeswoman wrote](<https://news.example/raid_(1)?a=1&b=2>).

The small flat was empty.  
Café \*owners\* knew.

- One
   - Under it

Cell

Next"""

DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1a2b3c4d">\
<h2 dir="ltr" style="line-height:1.38;margin-top:18pt;"><span style="font-size:16pt;\
white-space:pre-wrap;">A raid, told</span></h2><p dir="ltr" style="line-height:1.38;"><span \
style="font-weight:700;white-space:pre-wrap;">Police</span><span style="white-space:pre-wrap;"> \
said the </span><a href="https://news.example/a" style="text-decoration:none;"><span \
style="color:#1155cc;white-space:pre-wrap;">child</span></a><span> prostitutes left!</span>\
<a href="https://www.google.com/url?q=https://news.example/b&amp;sa=D"><span>More</span></a></p>\
<br /><ol style="margin-top:0;"><li dir="ltr" style="list-style-type:decimal;" aria-level="1">\
<p dir="ltr" role="presentation"><span>One</span></p></li><ul><li aria-level="2"><p \
role="presentation"><span>Nested</span></p></li></ul><li dir="ltr"><p role="presentation">\
<span>Two</span></p></li></ol><p dir="ltr"><span>Last</span><span><br /></span><span>line\
</span></p></b><br class="Apple-interchange-newline">"""
DOCS_MARKDOWN = r"""## A raid, told

Police said the [child](https://news.example/a) prostitutes left\![More](https://news.example/b)

1. One
   - Nested
2. Two

Last  
line"""

OTHERS = [
    # HTML, what it is as Markdown, what it is as plain text
    ("<div>One</div><div>two</div><div><br></div><div>three</div>", "One\ntwo\n\nthree", None),
    ("a<br><br>b<br>c", "a\n\nb  \nc", "a\n\nb\nc"),
    ("<P>un<P>closed<UL><LI>x<LI>y</UL>z", "un\n\nclosed\n\n- x\n- y\n\nz", None),
    ("<ul><li><p>One</p><p>more</p></li><li>two</li></ul>", "- One\n\n  more\n- two", None),
    ("<p># no heading</p><p>1. no item</p><p>5 * 3 a_b_c _x_</p>",
     r"\# no heading" + "\n\n" + r"1\. no item" + "\n\n" + r"5 * 3 a_b_c \_x\_",
     "# no heading\n\n1. no item\n\n5 * 3 a_b_c _x_"),
    ("<p>&lt;b&gt; &amp;amp; &#8220;q&#x201d; &nope; &#0;</p><p>x</p>",
     "\\<b> \\&amp; “q” \\&nope; \ufffd\n\nx", "<b> &amp; “q” &nope; \ufffd\n\nx"),
    ("<a href='data:text/html,x'>a</a> <a href=//news.example>b</a> <a href='#c'>c</a>"
     " <a href=' JaVaScript:alert(1)'>d</a> <a href='mailto:desk@news.example'>[e]</a>",
     r"a b c d [\[e\]](mailto:desk@news.example)", "a b c d [e]"),
    ("<script>alert(1)</script><style>p{}</style><!-- c --><svg><a href='https://x.example'>s</a>"
     "</svg><img src=x onerror=alert(1)><p onclick='alert(1)'>kept</p><iframe>i</iframe><p>too",
     "kept\n\ntoo", None),
    ("<p>broken <a href='https://x.example", "broken", None),
    ("<pre>one\n  two</pre>", "one  \ntwo", "one\n  two"),
    ("1 < 2 <3 and </ p>", "1 < 2 <3 and", None),
]  # fmt: skip
