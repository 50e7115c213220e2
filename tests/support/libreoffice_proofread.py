"""What LibreOffice's own LanguageTool client makes of a server; run by the system's Python (uno).

    /usr/bin/python3 tests/support/libreoffice_proofread.py http://127.0.0.1:8000/v2 TEXT…

Starts a LibreOffice of its own with a profile in a temporary folder, points its client at the
server and prints, for each text, what it would underline, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import Locale

CONFIG = "/org.openoffice.Office.Linguistic/GrammarChecking/LanguageTool"
CHECKER = "org.openoffice.lingu.LanguageToolGrammarChecker"
PATIENCE_S = 180


def value(name: str, told: object) -> PropertyValue:
    return PropertyValue(Name=name, Value=told)


def connect(pipe: str) -> object:
    """Wait for the office behind a pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with suppress(Exception):
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        time.sleep(0.3)
    raise SystemExit("LibreOffice did not start")


def configure(context: object, url: str) -> None:
    """Switch its client on, as the dialogue under Language Settings does."""
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    access = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess", (value("nodepath", CONFIG),)
    )
    access.setPropertyValue("BaseURL", url)
    access.setPropertyValue("IsEnabled", True)
    access.commitChanges()


def underlined(checker: object, text: str) -> list[dict[str, object]]:
    """What is underlined in a paragraph; offsets count in UTF-16 units, as its strings do."""
    locale = Locale("en", "US", "")
    units = len(text.encode("utf-16-le")) // 2
    found = checker.doProofreading("one", text, locale, 0, units, ())
    return [
        {
            "start": error.nErrorStart,
            "length": error.nErrorLength,
            "rule": error.aRuleIdentifier,
            "short": error.aShortComment,
            "full": error.aFullComment,
            "suggestions": list(error.aSuggestions),
            "properties": {p.Name: p.Value for p in error.aProperties},
        }
        for error in found.aErrors
    ]


def main(url: str, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        pipe = f"proof{Path(folder).name}"
        office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(folder).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
                *("--headless", "--norestore", "--nologo", "--nodefault"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            context = connect(pipe)
            configure(context, url)
            checker = context.ServiceManager.createInstanceWithContext(CHECKER, context)
            print(json.dumps([underlined(checker, text) for text in texts]))
            with suppress(Exception):
                context.ServiceManager.createInstanceWithContext(
                    "com.sun.star.frame.Desktop", context
                ).terminate()
            office.wait(60)
        finally:
            office.kill()
            office.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
