//! Both machines of the mini-app protocol: each line is something that happens between a frame and its host, or a message that
//! somebody else sends. Nobody else's token reaches a call, nobody else's question reaches the source of tokens, and every call ends.

use oxidc_core::wire::json::Value;
use oxidc_miniapp::guest::Input;
use oxidc_miniapp::host;

use crate::pair::{APP, HOST, Letter, Pair};

/// How many things happen at most.
const MOST: usize = 60;
const EVIL: &str = "https://evil.example";

/// What a stranger could at best have learned of the last messages.
fn known(pair: &Pair, text: &str) -> String {
    let mut text = text.to_owned();
    for (word, member) in [("HOST_NONCE", "hostNonce"), ("FRAME_NONCE", "frameNonce"), ("EPOCH", "epoch"), ("REQUEST_ID", "id")] {
        let told = pair.letters.iter().rev().find_map(|letter| match letter {
            Letter::ToHostWindow(text)
            | Letter::Offer(_, text)
            | Letter::Hello(text)
            | Letter::ToHost(_, text)
            | Letter::ToGuest(_, text) => Value::parse(text).ok()?.get(member)?.as_str().map(String::from),
            Letter::Shut => None,
        });
        text = text.replace(word, told.as_deref().unwrap_or("x"));
    }
    text
}

/// Runs the target.
pub fn check(text: &str) {
    let mut pair = Pair::new();
    pair.feed(Input::Start { framed: true, ancestor: None });
    let (mut task, mut granted) = (0, 0);
    for line in text.lines().take(MOST) {
        let mut rest = line.chars();
        let (way, message) = (rest.next().unwrap_or('.'), known(&pair, rest.as_str()));
        let asked = (pair.jobs.len(), pair.calls.len());
        match way {
            '.' => pair.carry(),
            '-' => pair.letters.clear(),
            't' => pair.pass(5_000),
            'a' | 'f' => {
                task += 1;
                let call = oxidc_miniapp::guest::Call::Tokens { want: Default::default(), min_ttl: 0, force: way == 'f' };
                pair.feed(Input::Call(task, call));
            }
            'y' if !pair.jobs.is_empty() => {
                granted += 1;
                pair.grant(&format!("good-{granted}"), 300);
            }
            'n' if !pair.jobs.is_empty() => pair.refuse("network_failed"),
            'w' => pair.window(HOST, true, usize::from(!message.contains("hello")), 9, &message),
            'x' => pair.window(EVIL, true, 1, 9, &message),
            'v' => pair.window(HOST, false, 1, 9, &message),
            'q' => pair.feed(Input::Port { connection: 9, text: message }),
            // The port is the host's: what comes through it is no stranger's.
            'p' => pair.feed(Input::Port { connection: 1, text: message.replace("evil", "good-") }),
            'h' => pair.feed_host(host::Input::Port(1, message)),
            'o' => pair.feed_host(host::Input::Window(Some(1), APP.into(), message)),
            'z' => pair.feed_host(host::Input::Window(Some(1), EVIL.into(), message)),
            _ => continue,
        }
        if matches!(way, 'w' | 'x' | 'v' | 'q' | 'o' | 'z') {
            assert_eq!((pair.jobs.len(), pair.calls.len()), asked, "a stranger's question");
        }
        for (_, result) in &pair.finished {
            if let Some(token) = result.as_ref().ok().and_then(|value| value.get("accessToken")).and_then(Value::as_str) {
                assert!(token.starts_with("good-"), "{token}");
            }
        }
    }
    // Nobody answers any more.
    pair.deaf = (true, true);
    pair.pass(180_000);
    for task in 1..=task {
        assert!(pair.outcome(task).is_some(), "call {task} does not end");
    }
}
