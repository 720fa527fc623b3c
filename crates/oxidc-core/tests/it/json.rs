//! JSON.

use std::fs;

use oxidc_core::wire::json::{Malformed, Object, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::vector;

fn parse(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|Malformed { position }| panic!("{text} at {position}"))
}

fn is_refused(text: &str) -> bool {
    Value::parse(text).is_err()
}

/// The texts of the suite whose names begin with a mark. One that is not UTF-8 never reaches the parser.
fn suite(mark: &str) -> Vec<(String, Option<String>)> {
    let files = fs::read_dir(vector("JSONTestSuite/test_parsing")).unwrap().map(|file| file.unwrap());
    let named = files.map(|file| (file.file_name().into_string().unwrap(), String::from_utf8(fs::read(file.path()).unwrap()).ok()));
    named.filter(|(name, _)| name.starts_with(mark)).collect()
}

#[test]
fn the_suite_s_good_texts_are_accepted_but_for_repeated_names() {
    let texts = suite("y_");
    assert_eq!(texts.len(), 95);
    for (name, text) in texts {
        let accepted = text.is_some_and(|text| Value::parse(&text).is_ok());
        assert_eq!(accepted, !name.starts_with("y_object_duplicated_key"), "{name}");
    }
}

#[test]
fn the_suite_s_bad_texts_are_refused() {
    let texts = suite("n_");
    assert_eq!(texts.len(), 188);
    for (name, text) in texts {
        assert!(text.is_none_or(|text| is_refused(&text)), "{name}");
    }
}

#[test]
fn of_the_suite_s_open_questions_only_numbers_of_any_size_are_accepted() {
    let texts = suite("i_");
    assert_eq!(texts.len(), 35);
    for (name, text) in texts {
        let accepted = text.is_some_and(|text| Value::parse(&text).is_ok());
        assert_eq!(accepted, name.starts_with("i_number_"), "{name}");
    }
}

#[test]
fn t032_repeated_names_are_refused_whether_their_values_differ_or_not() {
    for text in
        [r#"{"sub":1,"sub":2}"#, r#"{"sub":1,"sub":1}"#, r#"{"a":{"b":1,"c":2,"b":3}}"#, r#"{"":1,"":1}"#, r#"[{"a":null,"a":null}]"#]
    {
        assert!(is_refused(text), "{text}");
    }
    parse(r#"{"sub":{"sub":{"sub":[{"sub":1},{"sub":1}]}},"Sub":2}"#);
}

#[test]
fn t033_a_name_repeated_with_escapes_is_refused() {
    for text in [r#"{"sub":1,"\u0073ub":2}"#, r#"{"\u0073\u0075\u0062":1,"sub":2}"#, r#"{"a/":1,"a\/":2}"#, r#"{"😀":1,"\ud83d\uDE00":2}"#]
    {
        assert!(is_refused(text), "{text}");
    }
}

#[test]
fn t034_byte_order_marks_and_lone_surrogates_are_refused() {
    for text in [
        "\u{feff}{}", "{}\u{feff}", r#""\ud800""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\ud800x""#, r#""\ud800\n""#,
        r#""\udc00\ud800""#, r#""\ud800\u0041""#, r#"{"\udfff":1}"#,
    ] {
        assert!(is_refused(text), "{text}");
    }
    assert_eq!(parse(r#""\ud83d\ude00\u0000\uffff""#).as_str(), Some("\u{1f600}\0\u{ffff}"));
}

#[test]
fn t035_whatever_follows_the_value_is_refused() {
    for text in ["{}{}", "{} {}", "{},", "[]x", "1 2", "nullnull", "{}\0", "\"\"\"\"", "{}//", "true]"] {
        assert!(is_refused(text), "{text}");
    }
    parse(" \t\r\n{ } \n");
}

#[test]
fn t036_nesting_is_read_to_32_levels_and_refused_beyond_without_using_up_the_stack() {
    let nested = |open: &str, close: &str, levels: usize| open.repeat(levels) + "1" + &close.repeat(levels);
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":["#, "]}]")] {
        let step = open.matches(['[', '{']).count();
        assert!(Value::parse(&nested(open, close, 32 / step)).is_ok(), "{open}");
        assert!(is_refused(&nested(open, close, 32 / step + 1)), "{open}");
        assert!(is_refused(&nested(open, close, 10_000)), "{open}");
        assert!(is_refused(&open.repeat(1_000_000)), "{open}");
    }
}

#[test]
fn t037_an_object_may_have_a_thousand_members_and_no_more() {
    let object = |members: usize| format!("{{{}}}", (0..members).map(|n| format!("\"{n}\":{n}")).collect::<Vec<_>>().join(","));
    assert_eq!(parse(&object(1_000)).as_object().map(Object::len), Some(1_000));
    assert!(is_refused(&object(1_001)));
    assert!(is_refused(&object(100_000)));
}

#[test]
fn words_are_exact() {
    for text in
        ["True", "NULL", "nul", "tru", "fals", "nan", "NaN", "Infinity", "-Infinity", "undefined", "truefalse", "'a'", "\u{a0}1", "\u{b}1"]
    {
        assert!(is_refused(text), "{text}");
    }
}

#[test]
fn reading_stops_where_the_text_is_wrong() {
    for (text, position) in [("", 0), ("[1,]", 3), ("{\"a\":x}", 5), ("[\"\n\"]", 2), ("{} x", 3), ("-", 1)] {
        assert_eq!(Value::parse(text), Err(Malformed { position }), "{text:?}");
    }
}

#[test]
fn numbers_keep_their_text() {
    for text in ["0", "-0", "1.0", "1.10", "1E+2", "123456789012345678901234567890", "1e400", "0.1e-7"] {
        assert_eq!(parse(text).to_text(), text);
    }
}

#[test]
fn t068_a_number_is_rounded_down() {
    for (text, floor) in [
        ("0", 0),
        ("-0", 0),
        ("-0.0", 0),
        ("0e999999999999999999999", 0),
        ("1.9", 1),
        ("-1.1", -2),
        ("-0.5", -1),
        ("1e3", 1_000),
        ("1.5e1", 15),
        ("15e-1", 1),
        ("-15e-1", -2),
        ("1E+2", 100),
        ("100e-2", 1),
        ("1e-400", 0),
        ("-1e-400", -1),
        ("1e-99999999999999999999", 0),
        ("1735689600.999", 1_735_689_600),
        ("1.7356896e9", 1_735_689_600),
        ("9007199254740993", 9_007_199_254_740_993),
        ("9999999999999", 9_999_999_999_999),
        ("0.0000000000000000000000000001e30", 100),
        ("123456789012345678901234567890e-20", 1_234_567_890),
    ] {
        assert_eq!(parse(text).as_integer(), Some(floor), "{text}");
    }
}

#[test]
fn t067_a_number_saturates_and_one_that_no_double_holds_is_none() {
    for (text, floor) in [
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775807.9", Some(i64::MAX)),
        ("9223372036854775808", Some(i64::MAX)),
        ("1e19", Some(i64::MAX)),
        ("1e308", Some(i64::MAX)),
        ("-9223372036854775807", Some(-i64::MAX)),
        ("-9223372036854775807.5", Some(i64::MIN)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("-9223372036854775809", Some(i64::MIN)),
        ("-1e308", Some(i64::MIN)),
        ("1.7976931348623157e308", Some(i64::MAX)),
        ("1.8e308", None),
        ("1e309", None),
        ("1e400", None),
        ("-1e400", None),
        ("1e99999999999999999999", None),
        ("0.00001e400", None),
        ("1000e306", None),
    ] {
        assert_eq!(parse(text).as_integer(), floor, "{text}");
    }
}

#[test]
fn a_member_that_is_null_counts_as_absent() {
    let value = parse(r#"{"a":null,"b":1}"#);
    assert_eq!(value.get("a"), None);
    assert_eq!(value.as_object().and_then(|object| object.get("a")), Some(&Value::Null));
    assert_eq!(value.get("b").and_then(Value::as_integer), Some(1));
    assert_eq!(parse("[1]").get("0"), None);
}

#[test]
fn nothing_is_taken_for_another_type() {
    for text in ["null", "true", "1", "\"1\"", "[1]", "{}"] {
        let value = parse(text);
        let types = [
            value.as_bool().is_some(),
            value.as_integer().is_some(),
            value.as_str().is_some(),
            value.as_array().is_some(),
            value.as_object().is_some(),
        ];
        assert_eq!(types.iter().filter(|is| **is).count(), usize::from(text != "null"), "{text}");
    }
}

#[test]
fn t084_names_that_mean_something_to_javascript_are_plain_names() {
    let text = r#"{"__proto__":{"constructor":1},"prototype":2,"toString":3,"hasOwnProperty":4}"#;
    let value = parse(text);
    assert_eq!(value.get("__proto__").and_then(|inner| inner.get("constructor")).and_then(Value::as_integer), Some(1));
    assert_eq!(value.to_text(), text);
}

#[test]
fn texts_are_written_so_that_a_script_can_hold_them() {
    let text = "\"\\/\0\u{1f}\u{7f}\u{2028}\u{2029}\n\r\té😀";
    assert_eq!(Value::from(text).to_text(), r#""\"\\/\u0000\u001f\u007f\u2028\u2029\n\r\té😀""#);
    assert_eq!(parse(&Value::from(text).to_text()).as_str(), Some(text));
}

#[test]
fn objects_keep_their_order_and_replace_equal_names() {
    let mut object =
        Object::new().with("b", 1_u32).with_some("none", None::<&str>).with_some("a", Some("x")).with("n", None::<bool>).with("b", true);
    assert_eq!(Value::from(object.clone()).to_text(), r#"{"b":true,"a":"x","n":null}"#);
    assert_eq!(object.len(), 3);
    assert_eq!(object.remove("b"), Some(Value::Bool(true)));
    assert_eq!(object.remove("b"), None);
    assert_eq!(object.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a", "n"]);
    assert_eq!(object.into_iter().next(), Some(("a".into(), "x".into())));
    assert!(Object::new().is_empty());
}

#[test]
fn values_are_made_of_what_rust_has() {
    let list: Value = vec![String::from("a"), String::from("b")].into();
    let object = Object::new().with("list", list).with("some", Some(7_u16)).with("low", i64::MIN).with("high", u32::MAX);
    assert_eq!(Value::from(object).to_text(), r#"{"list":["a","b"],"some":7,"low":-9223372036854775808,"high":4294967295}"#);
}

/// The integer part as a text, by moving the point, and whether a fraction is left.
fn floor_by_hand(text: &str) -> i64 {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (negative, whole) = (whole.starts_with('-'), whole.trim_start_matches('-'));
    let exponent: i32 = exponent.parse().unwrap();
    let zeros = "0".repeat(exponent.unsigned_abs() as usize);
    let digits = if exponent < 0 { format!("{zeros}{whole}{fraction}") } else { format!("{whole}{fraction}{zeros}") };
    let moved = if exponent < 0 { whole.len() } else { whole.len() + exponent as usize };
    let (integer, rest) = digits.split_at(moved);
    let integer = integer.trim_start_matches('0');
    let magnitude = if integer.is_empty() { 0 } else { integer.parse().unwrap_or(i128::MAX / 2) };
    let floor = if negative { -magnitude - i128::from(rest.bytes().any(|digit| digit != b'0')) } else { magnitude };
    floor.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// Names are few, so that they repeat where that is possible.
fn any_value() -> impl Strategy<Value = Value> {
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,5})?([eE][+-]?[0-9]{1,2})?".prop_map(|text| parse(&text));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number,
        any::<String>().prop_map(Value::from)
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let name = prop_oneof!["[ab]{1,2}", any::<String>()];
        let object = vec((name, inner.clone()), 0..6)
            .prop_map(|members| members.iter().fold(Object::new(), |o, (n, v)| o.with(n, v.clone())).into());
        prop_oneof![vec(inner, 0..6).prop_map(Value::Array), object]
    })
}

/// JSON in the large, and anything in the small.
fn nearly_json() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "{", "}", "[", "]", ":", ",", "\"a\"", "\"\\u0061\"", "\"b\"", "null", "true", "false", "0", "-1", "1.5", "1e9", "01", "1.",
            "-", "\"\\ud83d\\ude00\"", "\"\\ud800\"", " ", "\n", "\"", "\\", "\u{feff}", "1e999", "\"\u{1}\"", "{\"a\":1}", "[1,2]",
            "\"a\":1,", "\"b\":[],", "{\"a\":1,\"\\u0061\":2}",
        ])
        .prop_map(String::from),
        ".{0,3}",
    ];
    let altered = (any_value(), any::<prop::sample::Index>(), prop::option::of(".{0,2}")).prop_map(|(value, at, with)| {
        let text = value.to_text();
        let (at, _) = text.char_indices().nth(at.index(text.chars().count())).unwrap();
        let rest: String = text[at..].chars().skip(1).collect();
        if let Some(with) = with { format!("{}{with}{rest}", &text[..at]) } else { text }
    });
    prop_oneof![vec(token, 0..12).prop_map(|tokens| tokens.concat()), altered]
}

/// The members of all objects that `serde_json` kept: of those with equal names, one.
fn members(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(list) => list.iter().map(members).sum(),
        serde_json::Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

/// The members that are written in a good text: the colons outside of strings.
fn colons(text: &str) -> usize {
    let (mut inside, mut escaped, mut count) = (false, false, 0);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = inside,
            '"' => inside = !inside,
            ':' if !inside => count += 1,
            _ => (),
        }
    }
    count
}

/// Member by member; numbers as `serde_json` reads both.
fn is_same(ours: &Value, theirs: &serde_json::Value) -> bool {
    match (ours, theirs) {
        (Value::Null, serde_json::Value::Null) => true,
        (Value::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (Value::String(ours), serde_json::Value::String(theirs)) => ours == theirs,
        (Value::Number(_), serde_json::Value::Number(theirs)) => {
            serde_json::from_str::<serde_json::Number>(&ours.to_text()).ok().as_ref() == Some(theirs)
        }
        (Value::Array(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(ours), serde_json::Value::Object(theirs)) => {
            ours.len() == theirs.len() && ours.iter().all(|(name, ours)| theirs.get(name).is_some_and(|theirs| is_same(ours, theirs)))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_back(value in any_value()) {
        prop_assert_eq!(Value::parse(&value.to_text()), Ok(value));
    }

    #[test]
    fn what_was_written_means_the_same_to_others(value in any_value()) {
        let text = value.to_text();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(colons(&text), members(&read));
        prop_assert!(is_same(&value, &read), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text: String) {
        if let Err(Malformed { position }) = Value::parse(&text) {
            prop_assert!(position <= text.len());
        }
    }

    #[test]
    fn a_number_is_rounded_down_whatever_its_form(text in "-?(0|[1-9][0-9]{0,22})(\\.[0-9]{1,22})?([eE][+-]?[0-9]{1,2})?") {
        prop_assert_eq!(parse(&text).as_integer(), Some(floor_by_hand(&text)));
    }

    #[test]
    fn a_number_is_none_exactly_when_a_double_would_be_infinite(text in "-?(0\\.0{0,9}|[1-9][0-9]{0,12}\\.)[0-9]{1,12}e(29|30|31)[0-9]") {
        prop_assert_eq!(parse(&text).as_integer().is_some(), text.parse::<f64>().unwrap().is_finite());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_096))]

    #[test]
    fn the_same_texts_are_accepted_and_mean_the_same_as_to_serde_json(text in nearly_json()) {
        match (Value::parse(&text), serde_json::from_str::<serde_json::Value>(&text)) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&ours.to_text()).unwrap(), theirs),
            // A number that no double holds stays a text here.
            (Ok(_), Err(error)) => prop_assert!(error.to_string().contains("number out of range"), "{} {}", text, error),
            (Err(_), Ok(theirs)) => prop_assert!(colons(&text) > members(&theirs), "{}", text),
            (Err(_), Err(_)) => (),
        }
    }
}
