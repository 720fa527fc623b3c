//! The client: takes calls of the application and outcomes of the shell, gives out effects.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use crate::command::{Command, Notice};
use crate::config::client::ClientConfig;
use crate::config::discovery::Documents;
use crate::effect::{Effect, EffectId, Event, Now, Outcome, TaskId};
use crate::error::{Code, Error, Result};
use crate::runtime::{Flights, Flows, Gate, Shell};
use crate::session::{self, Sessions};
use crate::wire::json::Value;
use crate::{login, signout};

/// The page that the client lives in.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its whole address when the client was made.
    pub href: String,
    /// Its origin.
    pub origin: String,
    /// Who holds it in a frame.
    pub frame: Frame,
}

/// Who holds a page in a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Frame {
    /// Nobody.
    #[default]
    None,
    /// A page of the same origin.
    Own,
    /// A page of another origin.
    Foreign,
}

/// What all flows share.
pub(crate) struct Context {
    pub(crate) shell: Rc<Shell>,
    pub(crate) config: ClientConfig,
    pub(crate) page: Page,
    pub(crate) documents: RefCell<Documents>,
    pub(crate) sessions: Sessions,
    pub(crate) flights: Rc<Flights>,
    /// One refresh of this tab at a time.
    pub(crate) gate: Rc<Gate>,
    pub(crate) visible: Cell<bool>,
    #[cfg(feature = "extended")]
    pub(crate) sender: crate::wire::sender::State,
}

impl Context {
    /// Whole seconds since 1970.
    pub(crate) fn seconds(&self) -> i64 {
        self.shell.now().wall.div_euclid(crate::time::SECOND)
    }

    pub(crate) fn publish(&self, event: Event) {
        self.shell.tell(Effect::Publish(event));
    }

    /// Random octets from the platform.
    pub(crate) async fn random(&self, octets: u8) -> Result<Vec<u8>> {
        match self.shell.perform(Effect::Random { octets }).await {
            Outcome::Bytes(bytes) if bytes.len() == usize::from(octets) => Ok(bytes),
            _ => Err(Code::CryptoUnavailable.into()),
        }
    }

    /// A SHA-2 hash by the platform.
    pub(crate) async fn digest(&self, bits: u16, data: &[u8]) -> Result<Vec<u8>> {
        match self.shell.perform(Effect::Digest { bits, data: data.to_vec() }).await {
            Outcome::Bytes(bytes) => Ok(bytes),
            _ => Err(Code::CryptoUnavailable.into()),
        }
    }
}

/// An OpenID Connect client. See the crate page for how it is driven.
///
/// The rule of use: feed one input ([`start`](Self::start), [`resume`](Self::resume) or [`cancel`](Self::cancel)), then
/// perform all that [`effects`](Self::effects) gives out, in its order, before feeding the next.
pub struct Client {
    cx: Rc<Context>,
    flows: Flows,
    calls: Vec<TaskId>,
    effects: Vec<(EffectId, Effect)>,
    closed: bool,
}

impl Client {
    /// Makes a client. Nothing happens until the first [`start`](Self::start).
    #[must_use]
    pub fn new(config: ClientConfig, page: Page) -> Self {
        let cx = Context {
            shell: Rc::default(),
            config,
            page,
            documents: RefCell::default(),
            sessions: Sessions::default(),
            flights: Rc::default(),
            gate: Rc::default(),
            visible: Cell::new(true),
            #[cfg(feature = "extended")]
            sender: Default::default(),
        };
        Self { cx: Rc::new(cx), flows: Flows::default(), calls: Vec::new(), effects: Vec::new(), closed: false }
    }

    /// Begins a call. Its end is an [`Effect::Finish`] with the id that comes back.
    pub fn start(&mut self, command: Command, now: Now) -> TaskId {
        self.flows.at(&self.cx.shell, now);
        if matches!(command, Command::Close) {
            self.close();
        }
        let cx = self.cx.clone();
        let closed = self.closed && !matches!(command, Command::Close);
        let task = self.cx.shell.spawn(Box::pin(async move {
            let result = if closed { Err(Code::Closed.into()) } else { perform(&cx, command).await };
            cx.shell.tell(Effect::Finish { task: cx.shell.current(), result });
        }));
        self.calls.push(task);
        self.drain();
        task
    }

    /// Answers an effect.
    pub fn resume(&mut self, effect: EffectId, outcome: Outcome, now: Now) {
        self.flows.at(&self.cx.shell, now);
        self.flows.feed(&self.cx.shell, effect, outcome);
        self.drain();
    }

    /// Ends a call with [`Code::Aborted`]. Work that others share goes on.
    pub fn cancel(&mut self, task: TaskId, now: Now) {
        self.flows.at(&self.cx.shell, now);
        if self.calls.contains(&task) {
            self.end(task, Code::Aborted);
        }
        self.drain();
    }

    /// Takes the effects that are to be performed now.
    pub fn effects(&mut self) -> Vec<(EffectId, Effect)> {
        let effects = core::mem::take(&mut self.effects);
        for (_, effect) in &effects {
            if let Effect::Finish { task, .. } = effect {
                self.calls.retain(|call| call != task);
            }
        }
        effects
    }

    fn end(&mut self, task: TaskId, code: Code) {
        self.flows.drop_flow(&self.cx.shell, task);
        self.calls.retain(|call| *call != task);
        self.cx.shell.tell(Effect::Finish { task, result: Err(Error::new(code)) });
    }

    fn close(&mut self) {
        self.closed = true;
        for call in core::mem::take(&mut self.calls) {
            self.end(call, Code::Closed);
        }
        self.flows.drop_all(&self.cx.shell);
    }

    fn drain(&mut self) {
        self.flows.drain(&self.cx.shell);
        session::tell_state(&self.cx);
        self.effects.append(&mut self.cx.shell.effects());
    }
}

async fn perform(cx: &Rc<Context>, command: Command) -> Result<Value> {
    match command {
        Command::ProcessCallback { url } => login::callback::process(cx, &url, None).await,
        Command::SignIn(options) => login::authorize::sign_in(cx, &options, false, false).await,
        Command::SignInSilent(options) => login::silent::sign_in(cx, options).await,
        Command::GetSession => session::get(cx).await,
        Command::GetTokens(options) => session::refresh::get_tokens(cx, &options).await,
        Command::RefreshSession(options) => session::refresh::refresh_session(cx, &options).await,
        Command::RefetchUserInfo => session::userinfo::refetch(cx).await,
        Command::SignOut(options) => signout::end_session::sign_out(cx, &options).await,
        Command::Fetch(options) => session::request::fetch(cx, &options).await.map(|()| Value::Null),
        Command::Notice(notice) => {
            match notice {
                Notice::Hidden => cx.visible.set(false),
                Notice::Visible | Notice::Shown => cx.visible.set(true),
                Notice::Stored | Notice::HandedOver(_) | Notice::Online => (),
            }
            session::notice(cx, notice).await.map(|()| Value::Null)
        }
        #[cfg(feature = "extended")]
        Command::Operation(operation) => crate::operations::perform(cx, operation).await,
        Command::Close => Ok(Value::Null),
    }
}
