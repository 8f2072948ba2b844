"""
Records which texts the regular expressions of Python 3.11 match: recordedPatterns.json. null: re.compile refuses it.

  python3.11 recordPatterns.py
"""

import json
import pathlib
import re
import warnings

warnings.simplefilter("ignore")
PATTERNS = [r'^a+$', r'(a+)+$', r'(a|b)*c', r'^[^abc\d]+$', r'\bfoo\b', r'(?i)straSSe', r'(?P<x>a+)b(?P=x)$', r'^\d{3}-\d{4}$', r'a{,3}b', r'a{2}', r'a{2,}?b', r'(?<=ab)c', r'(?<!ab)c', r'(?=.*\d)(?=.*[a-z]).{4,8}$', r'\Aab\Z', r'ab$', r'(?m)^b$', r'(?s)a.b', r'a.b', r'(a)?(?(1)b|c)$', r'^(?(1)b|c)(x)', r'(?>a+)ab', r'a++b', r'(?x) a b # comment', r'[]a]', r'[a-]', r'[\w-]+@[\w.]+', r'\u00e9', r'\x41', r'\101', r'\0', r'[\b]', r'(?i)[^a]b', r'()*x', r'(a*)*b', r'(a|)*b', r'(?:a|b|)+c', r'[^\W\d_]', r'\S+\s\S+', r'(?#c)ab', r'(?i:a)b', r'(?-i:a)b', r'(?i)(?-i:a)b',
 '[', '(', ')', '*a', 'a**', 'a{3,2}', r'\p{L}', r'(?<x>a)', r'(?<=a+)b', r'\8', r'[z-a]', r'(?P<1>a)', r'(?P=y)', r'a(?i)b', r'\Z+', r'(?L)a', r'(?au)a', r'(?z)', '(?', '(?P', 'a{', 'a{1', 'a{,}', 'a{}', '{1}', '\\', r'[\d-z]', r'(?<!a|bc)d', r'(?<!a|b)d', r'\B', r'\Ba', r'\2(a)(b)', r'(a)\1{2}', r'(a\1)', r'(?<=(a))\1', r'(?<=(a)\1)b', '[[:alpha:]]', r'(?a)\w+$', r'^\w+$', r'a|', '|', '', r'(x+x+)+y', r'^(([a-z])+.)+[A-Z]([a-z])+$', r'(?u)a', r'(?t)a', '(?i-s:a)', '(?-:a)', '(?i-i:a)', r'\Q', r'\_', r'\-', '(?P<n>a)(?P<n>b)', '(?(2)a)', '(?(1)a|b|c)', '(a)(?(1)b|c|d)', r'a{0}b', r'(a{0,2}){2}b', r'(?=a)*b', r'[a\]b]', r'[\]]', '[^]]', r'a\
b', '(?:(?:a*)+)?b$', r'(?:a+?)+?b', r'(?!a)b', r'(?!a)*b','é+', '(?i)É', r'\d+$', '[\\d\\s]', '(a)(?=\\1)b|aa', '((a)|b)*\\2c', '^(a?){3}\\1$', r'(?ai)É', r'(?ai)[é]', r'a{1,2}?b', r'(?<=(?(1)a|b))c', r'(a)(?<=\1)b', r'(a)(?<=(?(1)a|b))b', r'(?<=^a)b', r'(?<=\ba)b', r'(?<=(?=a)a)b', r'(?<=a{0})b', r'(?<=(a)b)', r'(?<=(a){2})b', r'(?P<x>a)?(?(x)b|c)$', r'(?(0)a)', r'(?i', r'(?i-', r'(?-u:a)', r'(?t:a)', r'[\777]', r'\777', r'\x4', r'\u12', r'\U0011ffff', r'(?i)(a)\1', r'(?i)(é)\1', r'(A)\1', r'(?<=a(b)\1)', r'(b)(?<=\1a)', r'(?<=(a)(?=\1))b', r'(?:){2}', r'(?<=a*)b', r'(?<=|a)b', r'a{1,3}+a', '(?<=((?:))*)b']

TEXTS = ['', 'a', 'aa', 'aaa', 'aaab', 'ab', 'abc', 'abab', 'c', 'foo bar', 'foobar', 'STRASSE', 'strasse', 'aba', 'aabaa', '555-1234', '5551234', 'b', 'ac', 'a1b2', 'abcd', 'ab\n', 'a\nb', 'a\nb\n', ']', '-', 'me@x.y', 'é', 'É', 'A', '\0', '\x08', 'AB', 'Ab', 'x', 'xyz', 'aab', 'B', '{1}', 'a{', 'a{1', 'a{}', 'a{,}', 'd', 'bcd', 'xd', 'aaaa', '٣', '１', 'aX', '\u00a0', '\x1c', '\ufeff', 'a b', 'abx', 'cx', '😀', 'a😀b', 'aaaaaaaaaaaa', 'aac', 'aA', 'éÉ', 'aaA', 'bac', 'xxxxy']


def answers(pattern):
    try:
        compiled = re.compile(pattern)
    except re.error:
        return None
    return [text for text in TEXTS if compiled.search(text)]


rows = [[pattern, answers(pattern)] for pattern in PATTERNS]
lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
recording = f'{{\n  "texts": {json.dumps(TEXTS)},\n  "patterns": [\n{lines}\n  ]\n}}\n'
(pathlib.Path(__file__).parent / "recordedPatterns.json").write_text(recording)
