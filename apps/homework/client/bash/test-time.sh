#!/bin/bash
# test-time.sh: answers a test with bash, curl and jq alone. The dialogue is that of the article's client; `homework`
# beside it can do more (drafts, receipts, results).
#
# Usage: bash test-time.sh
# Exit codes, as of homework: 0 done, 1 anything else, 2 usage, 3 not accepted, 4 server not reached, 5 closed,
# 6 refused, 130 interrupted. What was answered stays in ~/.trainings/draft-*.json until the server has received it.

set -u
umask 077
export LC_ALL=C

for tool in curl jq; do
  if ! command -v "$tool" > /dev/null; then
    echo "This needs the program $tool." >&2
    exit 1
  fi
done

configDir="${HOME}/.trainings"
configFile="${configDir}/config"
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'echo; echo "Interrupted. Your answers are kept; start again to go on." >&2; exit 130' INT TERM HUP

# Text of the server without control characters (C0, DEL, C1) and without what changes the direction of a line; a tab
# is four blanks.
clean() {
  sed -e 's/\t/    /g; s/\xc2[\x80-\x9f]//g; s/\xe2\x80[\x8e\x8f\xaa-\xae]//g; s/\xe2\x81[\xa0-\xaf]//g; s/\xd8\x9c//g' |
    tr -d '\000-\010\013-\037\177'
}

# End of input: save and leave.
ended() { echo; echo "Your answers are kept. Nothing was sent; start again to go on."; exit 130; }

ask() { # PROMPT: the line is in $reply
  IFS= read -r -p "$1" reply || ended
  reply="${reply#"${reply%%[![:space:]]*}"}"
  reply="${reply%"${reply##*[![:space:]]}"}"
}

choose() { # WHAT NUMBER-OF-ITEMS: the chosen index from 0 is in $chosen
  while :; do
    ask "Please choose $1 index (between 1 and $2): "
    echo
    if [[ "$reply" =~ ^[0-9]{1,4}$ ]] && (( 10#$reply >= 1 && 10#$reply <= $2 )); then
      chosen=$(( 10#$reply - 1 ))
      return
    fi
  done
}

echo '
 _______       _     _   _
|__   __|     | |   | | (_)
  | | ___  ___| |_  | |_ _ _ __ ___   ___
  | |/ _ \/ __| __| | __| | `_ ` _ \ / _ \
  | |  __/\__ \ |_  | |_| | | | | | |  __/
  |_|\___||___/\__|  \__|_|_| |_| |_|\___|
'

mkdir -p "$configDir"
if [ ! -f "$configFile" ]; then
  apiUrl='' apiKey='' studentId=''
  while [ -z "$apiUrl" ]; do ask 'Register API URL: '; apiUrl="$reply"; echo; done
  while [ -z "$apiKey" ]; do
    IFS= read -r -s -p 'Register API key: ' apiKey || ended
    echo
  done
  while [ -z "$studentId" ]; do ask 'Type your student ID: '; studentId="$reply"; echo; done
  printf 'apiUrl=%s\napiKey=%s\nstudentId=%s\n' "$apiUrl" "$apiKey" "$studentId" > "$configFile"
fi
chmod 600 "$configFile"

# Three known names are read; nothing in the file is run.
setting() { sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$configFile" | tail -n 1 | tr -d '\r"'"'"; }
apiUrl=$(setting apiUrl)
apiKey=$(setting apiKey)
studentId=$(setting studentId)
apiUrl="${apiUrl%/}"
apiUrl="${apiUrl%/api}/api/v1"
if ! [[ "$studentId" =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then
  echo "The student ID in ${configFile} is not one." >&2
  exit 2
fi

# The key goes to curl through a file of mode 0600, not through the list of processes.
printf 'header = "x-api-key: %s"\n' "${apiKey//[\"\\]/}" > "$scratch/curl"

# call CURL-ARGUMENT...: the answer is in $scratch/answer, its code in $code. Leaves when there is none.
call() {
  if ! status=$(curl -s -S -K "$scratch/curl" --max-time 40 --max-filesize 4194304 -o "$scratch/answer" -w '%{http_code}' "$@" 2> "$scratch/why"); then
    echo "Could not reach the server: $(clean < "$scratch/why")" >&2
    echo "Your answers are kept. Start again when you are online." >&2
    exit 4
  fi
  code=$(jq -r '.code // empty' "$scratch/answer" 2> /dev/null)
  code="${code:-$status}"
  [[ "$code" =~ ^[0-9]{3}$ ]] || code="unknown"
}

# What the server said, for people, and the exit code that goes with it.
refused() {
  local said
  said=$(jq -r '(.body // .message // "") | if type == "string" then . else "" end' "$scratch/answer" 2> /dev/null | clean)
  case "$code" in
    401) echo "Your key was replaced or revoked. Ask your trainer for a new one; it belongs into ${configFile}"; exit 3 ;;
    403) echo "The server does not accept your key. Please verify config ${configFile}"; exit 3 ;;
    410) echo "${said}. Your answers are kept; your trainer can extend the time for you."; exit 5 ;;
    5??) echo "The server has a problem (HTTP ${code}). Your answers are kept; try again later." >&2; exit 4 ;;
    429) echo "The server asks to slow down. Your answers are kept; try again in a minute." >&2; exit 4 ;;
    *) echo "${said:-The answer is not that of a homework server (HTTP ${code})}. Please verify config ${configFile}"; exit 6 ;;
  esac
}

jq -n --arg id "$studentId" '{studentId: $id}' > "$scratch/body"
call -X POST --data-binary "@$scratch/body" "${apiUrl}/tests"
[ "$code" = 200 ] || refused
cp "$scratch/answer" "$scratch/list"

subjectCount=$(jq -r '.body | length' "$scratch/list")
if [ "$subjectCount" = 0 ]; then
  echo "No missing tests found!"
  exit 0
fi

due() { # SUBJECT TEST: ", due ..." when the server says
  jq -r --arg s "$1" --arg t "$2" \
    '[.tests[]? | select(.subject == $s and .testId == $t) | .dueText // empty] | if length > 0 then ", due " + .[0] else "" end' \
    "$scratch/list" | clean
}

chosen=0
if (( subjectCount > 1 )); then
  printf 'There are available subjects:\n\n'
  for (( i = 0; i < subjectCount; ++i )); do
    printf '[%s]: %s\n' "$(( i + 1 ))" "$(jq -r --argjson i "$i" '.body[$i].subject' "$scratch/list" | clean)"
  done
  choose subject "$subjectCount"
fi
subjectIndex=$chosen
subjectName=$(jq -r --argjson i "$subjectIndex" '.body[$i].subject' "$scratch/list")

testCount=$(jq -r --argjson i "$subjectIndex" '.body[$i].testIds | length' "$scratch/list")
chosen=0
if (( testCount > 1 )); then
  printf 'There are available tests:\n\n'
  for (( i = 0; i < testCount; ++i )); do
    test=$(jq -r --argjson s "$subjectIndex" --argjson i "$i" '.body[$s].testIds[$i]' "$scratch/list")
    printf '[%s]: %s%s\n' "$(( i + 1 ))" "$(printf '%s' "$test" | clean)" "$(due "$subjectName" "$test")"
  done
  choose test "$testCount"
fi
userTestId=$(jq -r --argjson s "$subjectIndex" --argjson i "$chosen" '.body[$s].testIds[$i]' "$scratch/list")
for name in "$subjectName" "$userTestId"; do
  if ! [[ "$name" =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$ ]]; then
    echo "The server's list has a name that is none. Please contact with trainer" >&2
    exit 1
  fi
done

call -G --data-urlencode "subjectName=${subjectName}" --data-urlencode "testId=${userTestId}" "${apiUrl}/test"
[ "$code" = 200 ] || refused
cp "$scratch/answer" "$scratch/test"

echo "---------------------------- [TEST] ------------------------------------"
echo "Subject: ${subjectName}"
echo "Test ID: ${userTestId}"
echo "---------------------------- [TEST] ------------------------------------"

# The draft: {questionSet, answers: {id: answer}}; of another question set it is begun anew.
draft="${configDir}/draft-${studentId}-${subjectName}-${userTestId}.json"
questionSet=$(jq -r '.test.questionSet // ""' "$scratch/test")
if ! jq -e --arg set "$questionSet" '.questionSet == $set and (.answers | type) == "object"' "$draft" > /dev/null 2>&1; then
  jq -n --arg set "$questionSet" '{questionSet: $set, answers: {}}' > "$draft"
fi

keep() { # QUESTION ANSWER: on disk before the next question is asked
  jq --arg q "$1" --arg a "$2" '.answers[$q] = $a' "$draft" > "${draft}.new" && sync -f "${draft}.new" && mv "${draft}.new" "$draft"
}

# The answer that $1 means for question number $2 (from 0), as the server takes it; nothing when it means none.
canonical() {
  jq -r --argjson i "$2" --arg typed "$1" '
    .body[$i] as $q | ($q.type // "single") as $type
    | (if $type == "truefalse" then ["true", "false"] else [$q.answers[]?.answerId] end) as $ids
    | def one($t): [$ids[] | select(ascii_downcase == ($t | ascii_downcase))][0] // empty;
      if $type == "text" then (if ($typed | utf8bytelength) <= 200 then $typed else empty end)
      elif $type == "number" then ($typed | select(length <= 30 and test("^[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?$")))
      elif $type == "truefalse" then ({"t": "true", "f": "false"}[$typed | ascii_downcase] // one($typed))
      elif $type == "multiple" then
        [$typed | splits("[,; ]+") | select(. != "")] as $parts
        | [$parts[] | one(.)] as $found
        | select(($parts | length) > 0 and ($found | length) == ($parts | length))
        | [$ids[] | select(. as $id | $found | index($id))] | join(",")
      else one($typed) end' "$scratch/test"
}

numberOfQuestions=$(jq -r '.body | length' "$scratch/test")
for (( q = 0; q < numberOfQuestions; ++q )); do
  questionId=$(jq -r --argjson i "$q" '.body[$i].questionId' "$scratch/test")
  jq -r --argjson i "$q" '.body[$i] | "[\(.questionId)] \(.question)", (if .code then "", (.code | split("\n")[] | "    " + .) else empty end),
    (.answers[]? | "\(.answerId): \(.answerBody)")' "$scratch/test" | clean
  case "$(jq -r --argjson i "$q" '.body[$i].type // "single"' "$scratch/test")" in
    multiple) echo "(one or more, like a,c)" ;;
    truefalse) echo "(true or false)" ;;
    number) echo "(a number)" ;;
  esac
  before=$(jq -r --arg q "$questionId" '.answers[$q] // empty' "$draft")
  while :; do
    ask "Your answer${before:+ [$(printf '%s' "$before" | clean)]}: "
    if [ -z "$reply" ] && [ -n "$before" ]; then break; fi
    answer=$(canonical "$reply" "$q")
    if [ -n "$reply" ] && [ -n "$answer" ]; then
      keep "$questionId" "$answer" || exit 1
      break
    fi
  done
done

echo
echo "Your answers:"
jq -r --slurpfile draft "$draft" '.body[] | "[\(.questionId)] \($draft[0].answers[.questionId] // "-")"' "$scratch/test" | clean
ask "Upload them? [Y/n] "
case "$reply" in
  '' | y | Y | yes | Yes) ;;
  *) echo "Nothing was sent. Your answers are kept."; exit 0 ;;
esac

jq -n --arg s "$subjectName" --arg t "$userTestId" --arg id "$studentId" --slurpfile draft "$draft" --slurpfile test "$scratch/test" \
  '{subjectName: $s, testId: $t, studentId: $id,
    testResult: [$test[0].body[] | {questionId, answer: $draft[0].answers[.questionId]} | select(.answer != null)]}
   + (if $draft[0].questionSet != "" then {questionSet: $draft[0].questionSet} else {} end)' > "$scratch/body"
call -X POST -H 'Content-Type: application/json' --data-binary "@$scratch/body" "${apiUrl}/test"

echo "-------------------- [TEST UPLOAD] ---------------------"
if [ "$code" = 200 ]; then
  echo "Test ${userTestId} uploaded with success"
  jq -r '.receipt // empty | "Receipt \(.code), received \(.receivedText) \(.timeZone)"' "$scratch/answer" | clean
  receipt=$(jq -r '.receipt.code // empty' "$scratch/answer")
  if [[ "$receipt" =~ ^[A-Z0-9-]{1,40}$ ]]; then
    jq -r '.receipt.text | strings' "$scratch/answer" > "$scratch/receipt"
    if [ "$(stat -c %s "$scratch/receipt")" -le 262144 ] && ! grep -qaP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$scratch/receipt"; then
      cp "$scratch/receipt" "${configDir}/${receipt}.txt"
      echo "Saved to ${configDir}/${receipt}.txt"
    else
      echo "The text of the receipt was not saved: it is not plain text. Please contact with trainer" >&2
    fi
  fi
  rm -f "$draft"
  echo "-------------------- [TEST UPLOAD] ---------------------"
  exit 0
fi
echo "Test ${userTestId} upload issue. Please contact with trainer"
echo "-------------------- [TEST UPLOAD] ---------------------"
refused
