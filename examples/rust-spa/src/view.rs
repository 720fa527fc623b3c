//! What the page shows.

use js_sys::Date;
use oxidc_web::{Error, Session, SessionEffect};
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, Window};

/// The window.
pub(crate) fn window() -> Result<Window, JsValue> {
    web_sys::window().ok_or_else(|| "there is no window".into())
}

fn document() -> Result<Document, JsValue> {
    window()?.document().ok_or_else(|| "there is no document".into())
}

/// An element of `index.html`.
pub(crate) fn element(id: &str) -> Result<HtmlElement, JsValue> {
    let found = document()?.get_element_by_id(id).ok_or_else(|| format!("index.html has no element {id}"))?;
    Ok(found.dyn_into()?)
}

/// Writes a text into an element.
pub(crate) fn write(id: &str, text: &str) -> Result<(), JsValue> {
    element(id)?.set_text_content(Some(text));
    Ok(())
}

fn hide(id: &str, hidden: bool) -> Result<(), JsValue> {
    element(id)?.set_hidden(hidden);
    Ok(())
}

/// Shows who is signed in, or that nobody is.
pub(crate) fn show_session(session: Option<&Session>) -> Result<(), JsValue> {
    hide("signed-in", session.is_none())?;
    hide("signed-out", session.is_some())?;
    write("status", if session.is_some() { "Signed in" } else { "Signed out" })?;
    let Some(session) = session else { return Ok(()) };
    let name = session.user.name().unwrap_or(&session.subject);
    write("avatar", &name.chars().take(1).flat_map(char::to_uppercase).collect::<String>())?;
    write("name", name)?;
    write("email", session.user.email().unwrap_or("no e-mail address"))?;
    write("issuer", &session.issuer)?;
    write("subject", &session.subject)?;
    write("scopes", &session.scopes.join(" "))?;
    let since = Date::new(&(session.authenticated_at as f64).into());
    write("since", &String::from(since.to_locale_string("default", &JsValue::UNDEFINED)))
}

/// Shows how long the access token lives on.
pub(crate) fn show_expiry(expires_at: Option<i64>) -> Result<(), JsValue> {
    match expires_at {
        Some(at) => write("expires", &format!("{} s", ((at as f64 - Date::now()) / 1000.0).ceil().max(0.0))),
        None => write("expires", "unknown"),
    }
}

/// Shows how often a fresh access token came.
pub(crate) fn show_renewals(count: i32) -> Result<(), JsValue> {
    write("renewals", &count.to_string())
}

/// Shows what the API answered.
pub(crate) fn show_answer(status: u16, body: &str) -> Result<(), JsValue> {
    // The platform's writer indents.
    let value = js_sys::JSON::parse(body)?;
    let pretty = js_sys::JSON::stringify_with_replacer_and_space(&value, &JsValue::NULL, &2.into())?;
    write("api-answer", &format!("HTTP {status}\n{}", String::from(pretty)))?;
    hide("api-answer", false)
}

/// Shows an error: its stable code, its sentence, and what became of the session. `None` hides the panel.
pub(crate) fn show_error(error: Option<&Error>) -> Result<(), JsValue> {
    hide("error", error.is_none())?;
    let Some(error) = error else { return Ok(()) };
    write("error-message", &error.to_string())?;
    write("error-code", error.code().name())?;
    write(
        "error-session",
        match error.session() {
            SessionEffect::Kept => "unchanged",
            SessionEffect::Ended => "over; please sign in again",
            SessionEffect::Unknown => "unclear until the next try",
        },
    )
}

/// Adds a line to the event log, newest first.
pub(crate) fn log(text: &str) -> Result<(), JsValue> {
    let document = document()?;
    let (line, time) = (document.create_element("li")?, document.create_element("time")?);
    time.set_text_content(Some(&String::from(Date::new_0().to_locale_time_string("default"))));
    line.append_with_node_1(&time)?;
    line.append_with_str_1(text)?;
    element("log")?.prepend_with_node_1(&line)
}
