//! The side of the application in the frame.

use std::fmt;
use std::rc::Rc;

use web_sys::{Request, RequestInit, Response};

use super::{CallOptions, FrameEvent, FrameOptions, FrameTokenOptions, FrameTokens};
use crate::json::Value;
use crate::{Error, Subscription, host};

/// A mini-app's way to its host: context, tokens, requests. Any number may live in one program.
///
/// A clone is the same frame; when the last one is dropped, the frame is closed. Dropping the future of a call aborts that call; a question to the
/// host goes on for the others.
#[derive(Clone)]
pub struct Frame(Rc<host::miniapp::Frame>);

impl Frame {
    /// Finds the host and waits for its context.
    ///
    /// # Errors
    ///
    /// [`Code::NoHost`](crate::Code::NoHost), [`Code::HostNotAllowed`](crate::Code::HostNotAllowed),
    /// [`Code::HostUnavailable`](crate::Code::HostUnavailable), [`Code::BridgeVersion`](crate::Code::BridgeVersion); for wrong options
    /// [`Code::HostsInvalid`](crate::Code::HostsInvalid), [`Code::SameOrigin`](crate::Code::SameOrigin),
    /// [`Code::AllowedOriginInvalid`](crate::Code::AllowedOriginInvalid) and [`Code::OptionInvalid`](crate::Code::OptionInvalid).
    pub async fn connect(options: FrameOptions) -> Result<Self, Error> {
        host::miniapp::Frame::connect(options.0).await.map(|frame| Self(Rc::new(frame)))
    }

    /// What the host told last; an object.
    #[must_use]
    pub fn context(&self) -> Value {
        self.0.context()
    }

    /// The origin of the host, as the handshake proved it.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin()
    }

    /// A token that is good for a while: from memory if possible, else from the host, with one question for all callers.
    ///
    /// # Errors
    ///
    /// [`Code::HostUnavailable`](crate::Code::HostUnavailable), [`Code::ScopeNotGranted`](crate::Code::ScopeNotGranted),
    /// [`Code::NeedsInteraction`](crate::Code::NeedsInteraction) and others, with the session kept;
    /// [`Code::SignedOut`](crate::Code::SignedOut) when the host ended the session.
    pub async fn get_tokens(&self, options: FrameTokenOptions) -> Result<FrameTokens, Error> {
        self.0.get_tokens(options.0).await.map(|tokens| FrameTokens::of(&tokens))
    }

    /// Gets an address like the browser's `fetch`, with a token added for the platform's interface and for
    /// [`allowed_origins`](FrameOptions::allowed_origins). When a token is refused, the host is asked for another once, and the request is repeated once if
    /// its body can be sent again.
    ///
    /// # Errors
    ///
    /// As [`get_tokens`](Self::get_tokens); [`Code::AuthorizationHeaderSet`](crate::Code::AuthorizationHeaderSet); those of the network;
    /// [`Code::OptionInvalid`](crate::Code::OptionInvalid) for what the browser does not take.
    pub async fn fetch(&self, url: &str) -> Result<Response, Error> {
        self.0.fetch(url, None).await
    }

    /// As [`fetch`](Self::fetch), with a method, headers, a body. Redirects are followed if `init` says so.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn fetch_with_init(&self, url: &str, init: &RequestInit) -> Result<Response, Error> {
        self.0.fetch(url, Some(init)).await
    }

    /// As [`fetch`](Self::fetch), with a request that was made elsewhere. It follows redirects as it says; one with a body is not repeated.
    ///
    /// # Errors
    ///
    /// As [`fetch`](Self::fetch).
    pub async fn fetch_with_request(&self, request: &Request) -> Result<Response, Error> {
        self.0.fetch(request, None).await
    }

    /// Has the platform do something: a name that it knows, and parameters.
    ///
    /// # Errors
    ///
    /// [`Code::NotSupportedByHost`](crate::Code::NotSupportedByHost) where the platform has no handler; others as [`get_tokens`](Self::get_tokens).
    ///
    /// ```no_run
    /// use oxidc_web::json::Object;
    /// use oxidc_web::miniapp::{CallOptions, Frame};
    ///
    /// # async fn toast(frame: Frame) -> Result<(), oxidc_web::Error> {
    /// frame.call("toast.show", Object::new().with("text", "Saved"), CallOptions::default()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call(&self, method: &str, params: impl Into<Value>, options: CallOptions) -> Result<Value, Error> {
        self.0.call(method, &params.into(), options.0).await
    }

    /// Listens to all events until the subscription is dropped.
    ///
    /// ```no_run
    /// use oxidc_web::miniapp::{Frame, FrameEvent};
    ///
    /// # fn listen(frame: Frame) {
    /// let subscription = frame.on(|event| match event {
    ///     FrameEvent::Ended => (),             // show that nobody is signed in
    ///     FrameEvent::Context(context) => drop(context), // show it
    ///     _ => (),
    /// });
    /// subscription.forget(); // listen as long as the frame lives
    /// # }
    /// ```
    pub fn on(&self, handler: impl Fn(FrameEvent) + 'static) -> Subscription {
        Subscription(self.0.on(Rc::new(handler)))
    }

    /// Ends everything that is under way and releases what is held; calls answer [`Code::Closed`](crate::Code::Closed) from now on.
    pub async fn close(&self) {
        self.0.close().await;
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").finish_non_exhaustive()
    }
}
