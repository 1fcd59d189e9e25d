# ruff: noqa: E501
"""Strings that programs stumble over, written for this suite: each is something that a person or an attacker may send.

What must come of them is the tests'.
"""

STRINGS: tuple[str, ...] = (
    # Nothing, and white space in its many forms.
    "", " ", "\t", "\n", "   \n  ", "\u00a0", "\u2003", "\u3000", "\u200b", "\ufeff", "\u2028", "\u2029", "\u0085",
    # Words for nothing and truth.
    "null", "None", "undefined", "NaN", "-Infinity", "true", "False", "nil", "(null)", "[]", "{}", "0", "-0", "00",
    # Numbers at the edges, and what looks like one.
    "9007199254740993", "9223372036854775808", "-9223372036854775809", "1e400", "0x7f", "1,234.56", "1.234,56", "١٢٣",
    "１２３", "½", "Ⅷ", "−5", "1_000", "٣", "12345678901234567890123456789012345678901234567890",
    # Letters of the north, composed and not, and of elsewhere.
    "æøåÆØÅ", "äöÄÖé", "blåbærsyltetøy", "A\u030angstro\u0308m", "\u212bngström", "čáŋđšž", "ŧ", "Łódź", "ß", "ﬁ", "İı",
    "Ελληνικά", "Русский", "עברית", "العربية", "हिन्दी", "ไทย", "中文字", "日本語テキスト", "한국어", "ⴰⵎⴰⵣⵉⵖ",
    # Right to left, turned round, invisible, stacked.
    "\u202eevil.exe\u202c", "\u2066isolated\u2069", "\u200fabc\u200e", "a\u200db\u200cc", "Z\u0351\u036a\u0308\u0310a\u0363l\u030dgo",
    "e\u0301" * 40, "\u0301\u0301\u0301", "🙂", "👩‍👩‍👧‍👦", "🇳🇴🇸🇪", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "👍🏽", "𝔉𝔯𝔞𝔨𝔱𝔲𝔯",
    "\U0001f469\u200d\U0001f692", "\u1680", "\u180e", "\u00ad", "\ufff9\ufffa\ufffb", "\U000e0001", "\ue000",
    # Script and markup.
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)",
    "javascript:alert(1)", "</textarea><script>1</script>", "</title><b>", "<!--", "-->", "<![CDATA[x]]>", "&lt;b&gt;",
    "&amp;amp;", "&#0;", "<b>fat</b>", "<a href=//evil.example>x</a>", "<style>*{display:none}</style>", "<?php echo 1 ?>",
    "<%= 7*7 %>", "<iframe src=data:text/html,x>", "<base href=//evil.example>", "<form action=//evil.example>",
    # Templates and formats.
    "{{7*7}}", "{% raw %}", "{{ self.__init__.__globals__ }}", "${7*7}", "#{7*7}", "%(name)s", "%s%s%n", "{0.__class__}",
    "{name}", "%", "%%", "$HOME", "`id`", "$(id)", "\\u0041", "\\x00", "\\", "\\\\", "\\n", "/*", "*/", "//", "--",
    # The languages of databases and directories.
    "'", "''", "\"", "' OR '1'='1", "'; DROP TABLE form; --", "1) UNION SELECT secret_hash FROM api_token --", "%27",
    "x' AND (SELECT 1 FROM pg_sleep(5))--", "$$", "$tag$", ":bind", "?", "@@version", "*)(uid=*))(|(uid=*", "LIKE '%'",
    # Paths and files.
    "../../../../etc/passwd", "..\\..\\windows\\system.ini", "/dev/null", "C:\\CON", "file:///etc/passwd", "~root", ".",
    "..", "a/b/c", "a%2fb", "%2e%2e%2f", "con", "nul.txt", "name\u2215slash", "index.html", ".htaccess",
    # Addresses, heads and mails.
    "http://169.254.169.254/latest", "//evil.example", "https://user:pass@evil.example", "Hei\r\nBcc: x@evil.example",
    "x\r\nSet-Cookie: a=b", "a\nb\nc", "tab\there", "mailto:x@y.example", "\"very unusual\"@example.org", "=?utf-8?q?x?=",
    # Sheets.
    "=1+1", "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "=HYPERLINK(\"http://evil.example\")", "\t=1+1",
    # Long and repeated.
    "a" * 500, "å" * 400, "🙂" * 200, "ord " * 120, "a" * 1_999, "\n" * 200, "(" * 300, "<" * 300, "%" * 300, "&" * 300,
    # Words that are parts of the product.
    "csrf", "_csrf", "version", "tenant_id", "administrator", "submit", "__proto__", "constructor", "then",
)  # fmt: skip
