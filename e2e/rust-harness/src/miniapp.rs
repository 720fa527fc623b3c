//! Both sides of mini-apps, as far as they are Rust.

use std::cell::RefCell;
use std::rc::Rc;

use oxidc_web::json::{Object, Value};
use oxidc_web::miniapp::{
    CallOptions, Frame, FrameEvent, FrameOptions, FrameTokenOptions, Host, HostEvent, HostOptions, HostedFrame, MiniApp, TokenGrant,
};
use oxidc_web::{Code, Error, Subscription};
use wasm_bindgen::prelude::*;
use web_sys::HtmlIFrameElement;

use crate::{Answer, code};

/// A frame and what it published.
#[wasm_bindgen]
pub struct FrameHarness {
    frame: Frame,
    events: Rc<RefCell<Vec<String>>>,
    _listening: Subscription,
}

#[wasm_bindgen]
impl FrameHarness {
    /// Makes a frame; requests to `api` carry a token.
    pub async fn connect(host: &str, api: &str) -> Result<FrameHarness, String> {
        let options = FrameOptions::new([host]).allowed_origins([api]);
        let frame = Frame::connect(options).await.map_err(|error| code(&error))?;
        let events = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&events);
        let listening = frame.on(move |event| {
            kept.borrow_mut().push(match event {
                FrameEvent::Connected(_) => "connected".into(),
                FrameEvent::Context(context) => format!("context {}", context.to_text()),
                FrameEvent::Tokens { replaced, .. } => format!("tokens {replaced}"),
                FrameEvent::Degraded => "degraded".into(),
                FrameEvent::Ended => "ended".into(),
                FrameEvent::Host { name, data } => format!("host {name} {}", data.to_text()),
                _ => "unknown".into(),
            });
        });
        Ok(Self { frame, events, _listening: listening })
    }

    /// What was published.
    pub fn events(&self) -> Vec<String> {
        self.events.borrow().clone()
    }

    /// Who the host is, and what it told.
    pub fn context(&self) -> String {
        format!("{} {}", self.frame.origin(), self.frame.context().to_text())
    }

    /// A token with a scope: its kind, audience and scopes.
    pub async fn token(&self, scope: &str) -> Answer {
        let tokens = self.frame.get_tokens(FrameTokenOptions::default().scopes(scope)).await.map_err(|error| code(&error))?;
        Ok(format!("{} {} {} {}", tokens.token_type, tokens.audience, tokens.scopes.join(" "), tokens.refresh_token.is_some()))
    }

    /// Gets an address.
    pub async fn get(&self, url: &str) -> Answer {
        self.frame.fetch(url).await.map(|answer| answer.status().to_string()).map_err(|error| code(&error))
    }

    /// Has the platform do something.
    pub async fn call(&self, method: &str) -> Answer {
        let params = Object::new().with("text", "saved");
        self.frame.call(method, params, CallOptions::default()).await.map(|result| result.to_text()).map_err(|error| code(&error))
    }

    /// Closes the frame.
    pub async fn close(&self) {
        self.frame.close().await;
    }
}

/// A host with one mini-app; its tokens are running numbers.
#[wasm_bindgen]
pub struct HostHarness {
    host: Host,
    asked: Rc<RefCell<Vec<String>>>,
    events: Rc<RefCell<Vec<String>>>,
    _listening: Subscription,
    frame: Option<HostedFrame>,
}

#[wasm_bindgen]
impl HostHarness {
    /// Makes a host.
    pub async fn make(app: &str) -> Result<HostHarness, String> {
        let asked = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&asked);
        let options = HostOptions::new(move |wanted| {
            let mut asked = kept.borrow_mut();
            asked.push(format!("{} {} {} {}", wanted.app, wanted.audience, wanted.scopes.join(" "), wanted.force));
            let granted = Ok(TokenGrant::new(format!("at-{}", asked.len())).scopes(wanted.scopes.join(" ")));
            Box::pin(std::future::ready(if wanted.scopes == ["asleep"] { Err(Error::from(Code::NoRefreshToken)) } else { granted }))
        });
        let options = options
            .handler("toast.show", |call| {
                let answer = format!("{} shows {}", call.app, call.params.to_text());
                Box::pin(async move { Ok(Value::from(answer)) })
            })
            .handler("modal.open", |_| Box::pin(async { Err(Error::from(Code::UserCancelled)) }));
        let host = Host::new(options).await.map_err(|error| code(&error))?;
        let events = Rc::new(RefCell::new(Vec::new()));
        let kept = Rc::clone(&events);
        let listening = host.on(move |event| {
            kept.borrow_mut().push(match event {
                HostEvent::Connected { app } => format!("connected {app}"),
                HostEvent::Lost { app } => format!("lost {app}"),
                HostEvent::Refused { app, message } => format!("refused {app} {message}"),
                HostEvent::Flooded { app } => format!("flooded {app}"),
                _ => "unknown".into(),
            });
        });
        let context = Object::new().with("language", "en");
        host.register(&MiniApp::new("orders", app).audience("urn:a", "read asleep").context(context)).map_err(|error| code(&error))?;
        Ok(Self { host, asked, events, _listening: listening, frame: None })
    }

    /// Registers a mini-app.
    pub fn register(&self, id: &str, origin: &str) -> Answer {
        self.host.register(&MiniApp::new(id, origin)).map(|()| String::new()).map_err(|error| code(&error))
    }

    /// Adds a frame.
    pub fn add(&mut self, element: &HtmlIFrameElement, app: &str) -> Answer {
        self.frame = Some(self.host.add(element, app, Object::new().with("domain", "api.example.com")).map_err(|error| code(&error))?);
        Ok(String::new())
    }

    /// Changes what the frame is told.
    pub fn tell(&self, language: &str) -> Answer {
        let context = Object::new().with("language", Value::from(language));
        let told = self.frame.as_ref().map_or(Ok(()), |frame| frame.set_context(context));
        told.map(|()| String::new()).map_err(|error| code(&error))
    }

    /// What the source of tokens was asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    /// What happened.
    pub fn events(&self) -> Vec<String> {
        self.events.borrow().clone()
    }

    /// Tells all frames something, then the one.
    pub fn publish(&self, name: &str) -> Answer {
        let told = self.host.tell(name, "all");
        let told = told.and_then(|()| self.frame.as_ref().map_or(Ok(()), |frame| self.host.tell_frame(frame, name, "one")));
        told.map(|()| self.host.ignored().to_string()).map_err(|error| code(&error))
    }

    /// Nobody is signed in.
    pub fn sign_out(&self) {
        self.host.signed_out();
    }

    /// Somebody is signed in.
    pub fn sign_in(&self, key: &str) {
        self.host.signed_in(key);
    }
}
