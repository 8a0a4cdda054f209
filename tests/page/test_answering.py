"""From the invite to the receipt, over the real server."""

import json
import re
import urllib.request

import pytest
from page_content import HOSTILE, HOSTILE_TEXT, TYPES, TYPES_KEY
from page_rules import broken
from page_site import PAGE, Site
from support.wait import until

Keys = pytest.importorskip("selenium.webdriver.common.keys", reason="python3-selenium is not installed (./check installs it)").Keys

TEST = "operating-systems/test01"
CHECK = "Check your answers"
SEND = "Send my answers"
RECEIVED = "Your answers were received"


def begin(browser, title="Kernels and boot"):
    browser.click(title)
    browser.wait_heading(title)
    browser.click("Start")
    browser.wait_heading("Question 1 of")


def choose(browser, letter):
    browser.find(f"input[value='{letter}']").click()


def answer_all(browser, letters):
    for number, letter in enumerate(letters, 1):
        browser.wait_heading(f"Question {number} of")
        choose(browser, letter)
        browser.click("Next" if number < len(letters) else CHECK, css="button")
    browser.wait_heading(CHECK)


def test_the_whole_way_by_keyboard_alone(browser, site, student):
    browser.open(site.link(student))
    browser.wait_heading("Your tests")
    browser.tab_to("Kernels and boot")
    browser.press(Keys.ENTER)
    browser.wait_heading("Kernels and boot")
    assert browser.focused()[0] == "H1"
    browser.tab_to("Start")
    browser.press(Keys.ENTER)

    browser.wait_heading("Question 1 of 3")
    assert browser.focused()[0] == "H1" and browser.driver.title.startswith("Question 1 of 3 – Kernels and boot")
    browser.press(Keys.TAB, Keys.SPACE, Keys.ARROW_DOWN)  # the group, its first option, the second
    browser.wait_text("Not sent yet")
    assert browser.heading() == "Question 1 of 3"  # choosing goes nowhere
    browser.tab_to("Next")
    browser.press(Keys.ENTER)

    browser.wait_heading("Question 2 of 3")
    browser.press("c")  # the focus is on the heading: a letter chooses nothing
    assert browser.all("input:checked") == []
    browser.press(Keys.TAB, "c")
    assert browser.focused() == ["INPUT", "radio", "c the third option of question 2"]
    browser.press(Keys.ENTER)  # sends the form: as Next does

    browser.wait_heading("Question 3 of 3")
    browser.tab_to(CHECK)
    browser.press(Keys.ENTER)
    browser.wait_heading(CHECK)
    browser.tab_to(SEND)
    browser.press(Keys.ENTER)
    browser.wait_text("There is a problem")
    assert browser.focused()[0] == "DIV"  # the error summary
    browser.press(Keys.TAB, Keys.ENTER)
    assert browser.focused()[2] == "Send without an answer to question 3"
    browser.press(Keys.SPACE)
    browser.tab_to(SEND)
    browser.press(Keys.ENTER)

    browser.wait_heading(RECEIVED)
    assert browser.focused()[0] == "H1"
    assert site.attempts(student, TEST) == [{"1": "b", "2": "c"}]
    assert "In time." in browser.text() and "2 of 3 answered." in browser.text()
    assert browser.console() == []


def test_the_credential_leaves_the_address_and_is_in_no_request(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    answer_all(browser, "abc")
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    key = site.credential(student).split(":")[1]
    addresses = [entry["url"] for entry in browser.cdp("Page.getNavigationHistory")["entries"]]
    assert any("receipt" in address for address in addresses)
    assert not [address for address in addresses if key in address]
    requests = browser.network()
    assert [request["method"] for request in requests if request["url"].endswith("/v1/test")] == ["POST"]
    for request in requests:
        path, _, _fragment = request["url"].partition("#")  # a fragment goes to nobody
        assert key not in path and not request["headers"].get("referer")
        assert path.startswith((site.address, "about:"))
        assert [name for name, value in request["headers"].items() if key in value] in ([], ["x-api-key"])
    assert browser.script("return localStorage.length") == 0  # a shared computer, until said otherwise
    browser.driver.refresh()
    browser.wait_heading(RECEIVED)  # and nevertheless signed in, in this tab
    browser.click("Sign out")
    browser.wait_heading("Do you want to sign out?")
    browser.click("Sign out", css="button")
    browser.wait_heading("Sign in")
    assert browser.script("return JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
    browser.driver.back()
    browser.wait_heading("Sign in")


def test_signing_in_by_the_form(browser, site, student):
    browser.open(site.address)
    browser.wait_heading("Sign in")
    assert browser.find("#shared").is_selected()
    for wrong, said in (("nonsense", "This is not an invite"), (f"{student}:{'x' * 40}", "does not accept this invite")):
        browser.find("#invite").clear()
        browser.find("#invite").send_keys(wrong, Keys.ENTER)
        browser.wait_text(said)
        assert browser.focused()[0] == "DIV" and browser.find("#invite").get_attribute("aria-invalid") == "true"
    browser.open(site.link(student)[:-38])  # cut by a mail program
    browser.wait_text("This is not an invite")
    browser.find("#invite").send_keys(f"<{site.link(student)}>.", Keys.ENTER)
    browser.wait_heading("Your tests")
    assert student in browser.text()


def test_offline_then_online_is_one_attempt(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    browser.offline(True)
    answer_all(browser, "abc")  # goes on without a network
    until(lambda: "You are offline" in browser.find("#banner").text, "banner")
    browser.click(SEND)
    browser.wait_text("Not sent yet: the server cannot be reached")
    assert site.attempts(student, TEST) == []
    browser.offline(False)
    browser.wait_heading(RECEIVED)
    assert browser.find("#banner").text == ""
    assert site.attempts(student, TEST) == [{"1": "a", "2": "b", "3": "c"}]


def test_an_answer_that_is_lost_on_the_way_back_is_one_attempt(browser, site, student):
    """The server has the answers, the browser does not know: the next try gets the same receipt."""
    browser.sign_in(site, student)
    begin(browser)
    answer_all(browser, "cba")
    browser.script("""const real = window.fetch; let lost = false;
        window.fetch = async (...all) => {
          const answer = await real(...all);
          if (all[1].method === 'POST' && !lost) { lost = true; throw new TypeError('lost'); }
          return answer;
        }""")
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert site.attempts(student, TEST) == [{"1": "c", "2": "b", "3": "a"}]


def test_a_double_click_is_one_request(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    answer_all(browser, "aaa")
    browser.script("const send = [...document.querySelectorAll('button')].find(b => b.innerText === arguments[0]);"
                   "send.click(); send.click(); send.click();", SEND)
    browser.wait_heading(RECEIVED)
    assert len([1 for request in browser.network() if request["method"] == "POST" and request["url"].endswith("/v1/test")]) == 1
    assert site.attempts(student, TEST) == [{"1": "a", "2": "a", "3": "a"}]


def test_a_draft_is_restored_unsent_and_sent_again(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    choose(browser, "b")
    browser.click("Next")
    browser.wait_heading("Question 2")
    choose(browser, "a")
    browser.wait_text("Not sent yet. Saved in this tab")
    browser.driver.refresh()
    browser.wait_text("You have a draft with 2 answers. It was not sent.")
    browser.click("Continue")
    browser.wait_heading("Question 3 of 3")  # the first one without an answer
    browser.wait_text("Not sent yet")
    choose(browser, "c")
    browser.click(CHECK, css="button")
    browser.wait_heading(CHECK)
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert site.attempts(student, TEST) == [{"1": "b", "2": "a", "3": "c"}]

    # Changed, reloaded, and started over.
    browser.click("Change your answers")
    browser.wait_heading("Kernels and boot")
    browser.click("Continue")
    browser.wait_heading("Question 1 of 3")
    choose(browser, "c")
    browser.driver.refresh()
    browser.wait_text("You have a draft")
    browser.click("Continue")
    answer_all(browser, "caa")
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert site.attempts(student, TEST)[-1] == {"1": "c", "2": "a", "3": "a"}
    assert len(site.attempts(student, TEST)) == 2


def test_ones_own_computer_keeps_the_draft_after_the_tab(browser, site, student):
    browser.sign_in(site, student)
    browser.click("This is a shared computer")
    begin(browser)
    choose(browser, "b")
    browser.wait_text("Not sent yet. Saved on this device")
    browser.script("sessionStorage.clear()")
    browser.open(site.address)
    browser.wait_heading("Your tests")  # signed in still
    browser.wait_text("Draft with 1 answer, not sent")
    browser.click("This is a shared computer")
    assert browser.script("return localStorage.length") == 0
    browser.driver.refresh()
    browser.wait_text("Draft with 1 answer, not sent")


def test_two_tabs_on_ones_own_computer_do_not_overwrite_each_other(browser, site, student):
    browser.sign_in(site, student)
    browser.click("This is a shared computer")
    begin(browser)
    choose(browser, "b")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    try:
        browser.driver.get(site.address)
        browser.wait_heading("Your tests")
        browser.click("Kernels and boot")
        browser.wait_text("You have a draft with 1 answer.")
        browser.click("Continue")
        browser.wait_heading("Question 2 of 3")
        choose(browser, "c")
        browser.wait_text("Saved on this device")
    finally:
        browser.driver.close()
        browser.driver.switch_to.window(first)
    browser.wait_text("You have a draft with 2 answers. It was not sent.")
    browser.click("Continue")
    browser.wait_heading("Question 3 of 3")


def test_all_that_another_tab_changed_is_read_again(browser, site, student):
    """Two tests, opened here and then answered in another tab, while this one was in the background all the time."""
    other = "<i>Shells</i> & more"
    browser.sign_in(site, student)
    browser.click("This is a shared computer")
    for title in ("Kernels and boot", other):
        browser.script("location.hash = '#/'")
        browser.wait_heading("Your tests")
        begin(browser, title)
        choose(browser, "a")
    first = browser.driver.current_window_handle
    browser.driver.switch_to.new_window("tab")
    try:
        browser.driver.get(site.address)
        for title in ("Kernels and boot", other):
            browser.wait_heading("Your tests")
            browser.click(title)
            browser.wait_heading(title)
            browser.click("Continue")
            browser.wait_heading("Question")
            browser.script("location.hash = location.hash.replace(/\\d+$/, '1')")
            browser.wait_heading("Question 1 of")
            choose(browser, "b")
            browser.script("location.hash = '#/'")
    finally:
        browser.driver.close()
        browser.driver.switch_to.window(first)
    browser.wait_text("You have a draft with 1 answer")  # the test that was on the screen is read again
    for title in ("Kernels and boot", other):
        browser.script("location.hash = '#/'")
        browser.wait_heading("Your tests")
        browser.click(title)
        browser.wait_text("You have a draft with 1 answer")
        browser.script("location.hash += '/1'")
        browser.wait_heading("Question 1 of")
        assert browser.find("input[value=b]").is_selected(), title


def test_answers_stay_where_they_are_without_room_elsewhere(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    choose(browser, "b")
    browser.wait_text("Not sent yet. Saved in this tab")
    browser.script("location.hash = '#/'")
    browser.wait_heading("Your tests")
    browser.script("""for (let size = 5_300_000; size > 0; size = Math.floor(size / 2))
        try { localStorage.setItem('full' + size, 'x'.repeat(size)); } catch {}
        return localStorage.length""")
    browser.click("This is a shared computer")
    browser.wait_text("This browser has no room to keep your answers that way. Nothing was changed.")
    assert browser.find("#shared").is_selected()
    assert browser.script("return Object.keys(localStorage).filter(name => name.startsWith('homework:'))") == []
    browser.driver.refresh()
    browser.wait_text("Draft with 1 answer, not sent")
    browser.script("localStorage.clear()")
    browser.click("This is a shared computer")
    assert not browser.find("#shared").is_selected() and "has no room" not in browser.text()
    assert browser.script("return sessionStorage.length") == 0
    browser.driver.refresh()
    browser.wait_text("Draft with 1 answer, not sent")


def test_signing_out_tells_of_answers_that_were_not_opened(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    choose(browser, "b")
    browser.driver.refresh()
    browser.wait_text("You have a draft")
    browser.open(site.address)  # only the list knows of it now
    browser.wait_text("Draft with 1 answer, not sent")
    browser.click("Sign out")
    browser.wait_heading("Do you want to sign out?")
    browser.wait_text("Answers to 1 test have not been sent.")
    browser.click("Stay signed in")
    browser.wait_heading("Your tests")
    browser.click("Kernels and boot")
    browser.wait_heading("Kernels and boot")
    browser.click("Continue")
    browser.wait_heading("Question 2 of 3")
    browser.click(CHECK, css="a")
    browser.wait_heading(CHECK)
    browser.find("#confirm").click()
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    browser.open(site.address)
    browser.wait_heading("Your tests")
    browser.click("Sign out")
    browser.wait_heading("Do you want to sign out?")
    assert "have not been sent" not in browser.text()


def test_a_receipt_that_comes_after_signing_out_leaves_nothing(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    answer_all(browser, "abc")
    browser.script("""const real = window.fetch; window.answered = 0;
        window.fetch = async (...all) => {
          const answer = await real(...all);
          if (all[1].method === 'POST') { ++window.answered; await new Promise(done => { window.deliver = done; }); }
          return answer;
        }""")
    browser.click(SEND)
    until(lambda: browser.script("return window.answered") == 1, "the server's answer")
    browser.click("Sign out")
    browser.wait_heading("Do you want to sign out?")
    browser.click("Sign out", css="button")
    browser.wait_heading("Sign in")
    browser.script("deliver()")
    browser.script("return new Promise(done => setTimeout(done, 0))")  # what the delivery set going has run
    assert browser.script("return JSON.stringify([{...sessionStorage}, {...localStorage}])") == "[{},{}]"
    assert browser.heading() == "Sign in to your homework"
    assert site.attempts(student, TEST) == [{"1": "a", "2": "b", "3": "c"}]


def test_leaving_is_warned_about_only_when_unsent(browser, site, student):
    asked = """const event = new Event('beforeunload', {cancelable: true}); dispatchEvent(event); return event.defaultPrevented"""
    browser.sign_in(site, student)
    begin(browser)
    assert not browser.script(asked)
    choose(browser, "b")
    assert browser.script(asked)
    browser.click(CHECK, css="a")
    browser.wait_heading(CHECK)
    browser.find("#confirm").click()
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert not browser.script(asked)


def test_hostile_texts_are_shown_as_they_are(browser, site, student):
    title = "<i>Shells</i> & more"
    browser.sign_in(site, student)
    begin(browser, title)
    assert browser.script("return document.querySelector('legend').textContent") == HOSTILE_TEXT
    shown = browser.script("return [...document.querySelectorAll('label .data')].map(node => node.textContent)")
    assert shown == [option["answerBody"] for option in HOSTILE[0]["answers"]]
    assert title in browser.driver.title
    assert browser.script("return getComputedStyle(document.querySelector('legend .data')).whiteSpace") == "pre-wrap"
    choose(browser, "b")
    browser.click(CHECK, css="button")
    browser.wait_heading(CHECK)
    assert browser.script("return document.querySelector('dt .data').textContent") == HOSTILE_TEXT
    assert browser.all("main b, main i, main img, main script") == []
    assert browser.console() == []


def test_all_questions_on_one_page(browser, site, student):
    browser.sign_in(site, student)
    begin(browser)
    choose(browser, "b")
    browser.click("All questions on one page")
    browser.wait_heading("Kernels and boot")
    until(lambda: len(browser.all("fieldset")) == 3, "three questions")
    assert browser.find("#q1 input[value=b]").is_selected()
    for group in ("q2", "q3"):
        browser.find(f"#{group} input[value=a]").click()
    browser.click(CHECK, css="button")
    browser.wait_heading(CHECK)
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert site.attempts(student, TEST) == [{"1": "b", "2": "a", "3": "a"}]


def test_the_page_is_small_and_asks_nobody_else(browser, site, student):
    assert PAGE.stat().st_size < 60_000
    browser.sign_in(site, student)
    browser.click("Polski")
    assert {request["url"].split("#")[0].split("/v1/")[0].rstrip("/") for request in browser.network()} <= {
        site.address.rstrip("/"), "about:blank"}
    assert browser.script("""return new Promise(done => {
        addEventListener('securitypolicyviolation', event => done(event.violatedDirective));
        const script = document.createElement('script'); script.textContent = 'window.bad = 1'; document.body.append(script);
    })""") == "script-src-elem"
    assert browser.script("return window.bad") is None


def test_every_type_of_question_until_the_result(browser, site, student):
    browser.sign_in(site, student)
    browser.click("Every type")
    browser.wait_text("You may send your answers 2 more times.")
    browser.click("Start")
    browser.wait_heading("Question 1 of 5")
    assert browser.script("return document.querySelector('pre').textContent") == TYPES[0]["code"]
    browser.click("All questions on one page")
    until(lambda: len(browser.all("fieldset")) == 5, "all questions")
    for option in ("#q1 input[value=a]", "#q2 input[value=c]", "#q2 input[value=b]", "#q3 input[value=true]"):
        browser.find(option).click()
    browser.find("#q4 input").send_keys("  SYSTEMD ")
    browser.find("#q5 input").send_keys("3,142")
    browser.click(CHECK, css="button")
    browser.wait_heading(CHECK)
    browser.click(SEND)
    browser.wait_heading(RECEIVED)
    assert site.attempts(student, "operating-systems/types") == [{"1": "a", "2": "b,c", "3": "true", "4": "SYSTEMD", "5": "3,142"}]
    assert "ed25519:" in browser.text() and "You may send your answers 1 more time." in browser.text()

    # What is read back is what was sent, on any device.
    browser.script("sessionStorage.clear()")
    browser.sign_in(site, student)
    browser.click("Every type")
    browser.wait_text("Your answers were received")
    assert "It was not sent" not in browser.text()
    browser.click("See the receipt")
    browser.wait_heading(RECEIVED)
    assert "ed25519:" in browser.text()

    site.server.run("trainer", "score", "--now", "operating-systems/types")
    browser.sign_in(site, student)
    browser.wait_text("Score: 2 of 5")
    browser.click("Every type")
    browser.wait_heading("Result of Every type")
    browser.wait_text("What was right is shown here after")  # others may still answer


def test_what_was_right_is_shown_after_the_close(browser, make_hearth, tmp_path):
    server = make_hearth().start("--clock", "2019-04-08T20:00:00Z")
    site = Site(server, tmp_path, {"operating-systems/types": (
        {"opens": "2019-04-01T10:00:00Z", "due": "2019-04-08T21:00:00Z", "title": "Every type", "partial": True}, TYPES, TYPES_KEY)}, students=1)
    answers = {"1": "a", "2": "a", "3": "true", "5": "3,142"}
    body = {"subjectName": "operating-systems", "testId": "types",
            "testResult": [{"questionId": id, "answer": answer} for id, answer in answers.items()]}
    headers = {"x-api-key": site.credential("student01").split(":")[1], "content-type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(site.api + "/v1/test", json.dumps(body).encode(), headers)).close()
    server.run("trainer", "score", "--now", "operating-systems/types")
    server.stop()
    server.start("--clock", "2019-04-08T22:00:00Z")
    browser.sign_in(site, "student01")
    browser.click("Every type")
    browser.wait_heading("Result of Every type")
    for said in ("3 of 7 points", "Question 1: right", "Question 2: partly right", "Question 3: wrong", "Question 4: Not answered",
                 "Question 5: right", "There is <b>no</b> other.", TYPES[0]["code"].split("\n")[0]):
        assert said in browser.text(), said
    assert broken(browser) == {}


def test_the_gateway_sends_the_policy_too(browser, site):
    with urllib.request.urlopen(site.address) as answer:
        assert answer.headers["content-type"].replace(" ", "") == "text/html;charset=utf-8"
        policy = answer.headers["content-security-policy"]
    written = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', PAGE.read_text()).group(1)
    assert policy == written + "; frame-ancestors 'none'"


def test_the_page_works_at_the_apis_own_host_name(browser, site, student):
    api = re.search(r"/_aws/execute-api/([^/]+)/", site.address).group(1)
    browser.open(f"http://{api}.execute-api.{site.server.region}.localhost:{site.server.port}/api/#{site.credential(student)}")
    browser.wait_heading("Your tests")
    begin(browser)


def test_a_preview_is_the_page_without_a_server(browser, site, tmp_path):
    out = tmp_path / "preview.html"
    site.server.run("trainer", "preview", "types", "--course", site.course, "--page", "--out", out)
    browser.open(f"file://{out}")
    browser.wait_heading("Your tests")
    begin(browser, "Every type")
    choose(browser, "a")
    browser.click(CHECK, css=".more a")
    browser.wait_heading(CHECK)
    browser.find("#confirm").click()
    browser.click(SEND)
    browser.wait_text("This is a preview")
