"""From the invite to the receipt, over the real server."""

from selenium.webdriver.common.keys import Keys

TEST = "operating-systems/test01"
CHECK = "Check your answers"


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
    assert browser.script("return document.querySelectorAll('input:checked').length") == 0
    browser.press(Keys.TAB, "c")
    assert browser.focused() == ["INPUT", "radio", "c the third option of question 2"]
    browser.press(Keys.ENTER)  # sends the form: as Next does

    browser.wait_heading("Question 3 of 3")
    browser.tab_to(CHECK)
    browser.press(Keys.ENTER)
    browser.wait_heading(CHECK)
    browser.tab_to("Send my answers")
    browser.press(Keys.ENTER)
    browser.wait_text("There is a problem")
    assert browser.focused()[0] == "DIV"  # the error summary
    browser.press(Keys.TAB, Keys.ENTER)
    assert browser.focused()[2] == "Send without an answer to question 3"
    browser.press(Keys.SPACE)
    browser.tab_to("Send my answers")
    browser.press(Keys.ENTER)

    browser.wait_heading("Your answers were received")
    assert browser.focused()[0] == "H1"
    assert site.attempts(student, TEST) == [{"1": "b", "2": "c"}]
    assert "In time." in browser.text() and "2 of 3 answered." in browser.text()
    assert browser.console() == []
