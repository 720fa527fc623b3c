//! How a person is sent to the provider: in this page, in a window, or in a frame that nobody sees.

use crate::json::{Object, Value};
use crate::request::options;

/// How [`sign_in`](crate::AuthClient::sign_in) and [`sign_out`](crate::AuthClient::sign_out) lead to the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// In this page, which comes back.
    #[default]
    Redirect,
    /// In a window of its own.
    Popup,
}

impl Mode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Redirect => "redirect",
            Self::Popup => "popup",
        }
    }
}

/// How [`sign_in_silent`](crate::AuthClient::sign_in_silent) asks the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SilentMode {
    /// In a hidden frame.
    #[default]
    Frame,
    /// By a redirect and back, where browsers keep cookies from frames.
    Redirect,
}

impl SilentMode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Frame => "frame",
            Self::Redirect => "redirect",
        }
    }
}

options! {
    /// Where a window opens.
    ///
    /// ```
    /// use oxidc_web::{Mode, PopupOptions, SignInOptions};
    ///
    /// let options = SignInOptions::default().mode(Mode::Popup).popup(PopupOptions::default().width(400).height(600));
    /// ```
    PopupOptions {
        /// In CSS pixels. Default 480.
        width "width" pixels
        /// In CSS pixels. Default 640.
        height "height" pixels
        /// From the left edge of the screen, in CSS pixels. Default: in the middle of this window.
        left "left" pixels
        /// From the top edge of the screen, in CSS pixels. Default: in the middle of this window.
        top "top" pixels
    }
}

/// A visit to the provider, taken apart: what the core reads, and the window for it.
pub(crate) struct Visit {
    pub(crate) options: Object,
    /// Where the window opens, if there is to be one.
    pub(crate) window: Option<Object>,
}

impl Visit {
    /// `place` is the client's own choice of where windows open.
    pub(crate) fn of(mut options: Object, mut place: Object) -> Self {
        if let Some(Value::Object(own)) = options.remove("popup") {
            place.extend(own);
        }
        let window = (options.text("mode") == Some(Mode::Popup.name())).then_some(place);
        Self { options, window }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SignInOptions, SignOutOptions};

    #[test]
    fn a_window_opens_where_the_call_says_and_else_where_the_client_does() {
        let place = PopupOptions::default().width(1).height(2).0;
        let own = PopupOptions::default().height(3).left(-4).top(5);
        let visit = Visit::of(SignInOptions::default().mode(Mode::Popup).popup(own).prompt("login").0, place.clone());
        let window = visit.window.map(|window| Value::from(window).to_text());
        assert_eq!(window.as_deref(), Some(r#"{"width":1,"height":3,"left":-4,"top":5}"#));
        assert_eq!(Value::from(visit.options).to_text(), r#"{"mode":"popup","prompt":"login"}"#);

        let visit = Visit::of(SignOutOptions::default().mode(Mode::Redirect).popup(PopupOptions::default()).0, place.clone());
        assert_eq!(visit.window, None);
        assert_eq!(Value::from(visit.options).to_text(), r#"{"mode":"redirect"}"#);
        assert_eq!(Visit::of(Object::new(), place).window, None);
    }
}
