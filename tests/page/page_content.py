"""The tests of the course that the page is tested with."""

DUE = {"opens": "2019-04-01T10:00:00Z", "due": "2031-04-08T21:00:00Z"}


def single(number, text, **more):
    words = ("the first", "the second", "the third")
    return {"questionId": str(number), "question": text, **more,
            "answers": [{"answerId": i, "answerBody": f"{word} option of question {number}"} for i, word in zip("abc", words)]}


def keys(questions, answer="a"):
    return [{"questionId": question["questionId"], "answer": answer} for question in questions]


PLAIN = [single(1, "What is a kernel?"), single(2, "Which process has the number 1?"), single(3, "What does a page fault mean?")]
HOSTILE_TEXT = "What does <b>ls *</b> do?\n\n    $ ls\t*\n    $(reboot) \x1b[31mred <script>alert(1)</script> &amp; \u202egnol"
HOSTILE = [{"questionId": "1", "question": HOSTILE_TEXT,
            "answers": [{"answerId": "a", "answerBody": "<img src=x onerror=alert(1)>"},
                        {"answerId": "b", "answerBody": "{time} ${1+1} `id`\ttab"}]}]

TESTS = {
    "operating-systems/test01": ({**DUE, "title": "Kernels and boot"}, PLAIN, keys(PLAIN)),
    "operating-systems/hostile": ({**DUE, "title": "<i>Shells</i> & more"}, HOSTILE, keys(HOSTILE)),
}
