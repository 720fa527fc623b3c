//! The side of the page around the frames.

use std::fmt;
use std::rc::Rc;

use web_sys::HtmlIFrameElement;

use super::{HostEvent, HostOptions, MiniApp};
use crate::json::{Object, Value};
use crate::{Error, Subscription, host};

/// The platform's side: who may be in a frame, and what they may ask.
///
/// A clone is the same host; when the last one is dropped, all frames are cut off.
///
/// ```no_run
/// use oxidc_web::miniapp::{Host, HostOptions, MiniApp};
/// use oxidc_web::{AuthClient, Error, Event, GetTokensOptions, Session, json::Object};
///
/// async fn start(client: AuthClient, frame: web_sys::HtmlIFrameElement) -> Result<Host, Error> {
///     let source = client.clone();
///     let options = HostOptions::new(move |wanted| {
///         let client = source.clone();
///         Box::pin(async move {
///             let options = GetTokensOptions::default().resource([wanted.audience]).scopes(wanted.scopes.join(" "));
///             client.get_tokens(options.force_refresh(wanted.force)).await.map(Into::into)
///         })
///     });
///     let host = Host::new(options).await?;
///     host.register(&MiniApp::new("orders", "https://orders.example.net").audience("https://api.example.com/", "orders:read"))?;
///     host.add(&frame, "orders", Object::new())?;
///     tell(&host, client.get_session().await?);
///     let told = host.clone();
///     let subscription = client.on(move |event| match event {
///         Event::Session { session, .. } => tell(&told, session),
///         _ => (),
///     });
///     subscription.forget();
///     Ok(host)
/// }
///
/// fn tell(host: &Host, session: Option<Session>) {
///     match session {
///         Some(session) => host.signed_in(&format!("{} {} {}", session.issuer, session.subject, session.authenticated_at)),
///         None => host.signed_out(),
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Host(Rc<host::miniapp::Host>);

impl Host {
    /// Makes the platform's side. Nobody is signed in until [`signed_in`](Self::signed_in) says otherwise.
    ///
    /// # Errors
    ///
    /// [`Code::NoBrowser`](crate::Code::NoBrowser).
    pub async fn new(options: HostOptions) -> Result<Self, Error> {
        host::miniapp::Host::new(options).await.map(|host| Self(Rc::new(host)))
    }

    /// Registers a mini-app, or replaces it.
    ///
    /// # Errors
    ///
    /// [`Code::AppInvalid`](crate::Code::AppInvalid), [`Code::HostsInvalid`](crate::Code::HostsInvalid) for the origin,
    /// [`Code::SameOrigin`](crate::Code::SameOrigin), [`Code::MessageTooLarge`](crate::Code::MessageTooLarge) for the context.
    pub fn register(&self, app: &MiniApp) -> Result<(), Error> {
        self.0.register(&app.to_text())
    }

    /// Says that a frame of this page shows a mini-app, and what belongs to this frame over what belongs to the mini-app. The address of the frame is
    /// the platform's affair; it must be of the mini-app's origin, and a sandboxed frame needs `allow-scripts allow-same-origin`.
    ///
    /// # Errors
    ///
    /// [`Code::AppInvalid`](crate::Code::AppInvalid) if there is no such mini-app, [`Code::MessageTooLarge`](crate::Code::MessageTooLarge).
    pub fn add(&self, element: &HtmlIFrameElement, app: &str, context: Object) -> Result<HostedFrame, Error> {
        self.0.add(element, app, &context.into()).map(HostedFrame)
    }

    /// Somebody is signed in: a key that is another one for every sign-in. A new key ends the session of all frames and begins another.
    pub fn signed_in(&self, key: &str) {
        self.0.signed_in(key);
    }

    /// Nobody is signed in: the session of all frames is over.
    pub fn signed_out(&self) {
        self.0.signed_out();
    }

    /// Tells something to all frames: [`FrameEvent::Host`](super::FrameEvent::Host) there.
    ///
    /// # Errors
    ///
    /// [`Code::OptionInvalid`](crate::Code::OptionInvalid) for data that is nested too deeply for the browser.
    pub fn tell(&self, name: &str, data: impl Into<Value>) -> Result<(), Error> {
        self.0.tell(name, &data.into(), None)
    }

    /// As [`tell`](Self::tell), to one frame.
    ///
    /// # Errors
    ///
    /// As [`tell`](Self::tell).
    pub fn tell_frame(&self, frame: &HostedFrame, name: &str, data: impl Into<Value>) -> Result<(), Error> {
        self.0.tell(name, &data.into(), Some(&frame.0))
    }

    /// Listens to all events until the subscription is dropped.
    pub fn on(&self, handler: impl Fn(HostEvent) + 'static) -> Subscription {
        Subscription(self.0.on(Rc::new(handler)))
    }

    /// How many messages were ignored because they came from strangers or were not of this protocol.
    #[must_use]
    pub fn ignored(&self) -> u32 {
        self.0.ignored()
    }

    /// Cuts all frames off and releases what is held. The frames keep their sessions, and find the host silent.
    pub fn close(&self) {
        self.0.close();
    }
}

/// A frame with a mini-app in it. Dropping it changes nothing.
pub struct HostedFrame(host::miniapp::Hosted);

impl HostedFrame {
    /// Changes what this frame is told beside what all frames of its mini-app are told.
    ///
    /// # Errors
    ///
    /// [`Code::MessageTooLarge`](crate::Code::MessageTooLarge).
    pub fn set_context(&self, context: Object) -> Result<(), Error> {
        self.0.set_context(&context.into())
    }

    /// Cuts the frame off. The element stays.
    pub fn close(self) {
        self.0.close();
    }
}

impl fmt::Debug for HostedFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedFrame").finish_non_exhaustive()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}
