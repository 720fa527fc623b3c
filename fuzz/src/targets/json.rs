//! Whatever is accepted means the same to `serde_json`; whatever only `serde_json` accepts is refused for a known reason.

use oxidc_core::wire::json::{Malformed, Value};

/// Runs the target.
pub fn check(text: &str) {
    match (Value::parse(text), serde_json::from_str::<serde_json::Value>(text)) {
        (Ok(ours), theirs) => {
            let written = ours.to_text();
            assert_eq!(Value::parse(&written).as_ref(), Ok(&ours));
            match theirs {
                Ok(theirs) => assert_eq!(serde_json::from_str::<serde_json::Value>(&written).ok(), Some(theirs)),
                Err(error) => assert!(error.to_string().contains("number out of range"), "{error}"),
            }
            if let Some(floor) = ours.as_integer() {
                assert_is_floor(&written, floor);
            }
        }
        (Err(Malformed { position }), theirs) => {
            assert!(position <= text.len());
            assert!(theirs.is_err() || is_beyond_our_limits(text, &theirs.unwrap_or_default()));
        }
    }
}

/// As closely as a double can tell.
fn assert_is_floor(number: &str, floor: i64) {
    let double: f64 = number.parse().unwrap_or(f64::NAN);
    let close = (double.floor() - floor as f64).abs() <= double.abs() * f64::EPSILON * 4.0 + 1.0;
    assert!(close || double >= i64::MAX as f64 && floor == i64::MAX || double <= i64::MIN as f64 && floor == i64::MIN, "{number} {floor}");
}

/// Repeated names, deep nesting, many members.
fn is_beyond_our_limits(text: &str, theirs: &serde_json::Value) -> bool {
    let (mut inside, mut escaped, mut colons, mut depth, mut deepest) = (false, false, 0, 0_usize, 0);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = inside,
            '"' => inside = !inside,
            ':' if !inside => colons += 1,
            '[' | '{' if !inside => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            ']' | '}' if !inside => depth -= 1,
            _ => (),
        }
    }
    deepest > 32 || colons > 1_000 || colons > members(theirs)
}

fn members(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(list) => list.iter().map(members).sum(),
        serde_json::Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}
