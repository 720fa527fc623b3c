//! The machine in the platform's page: knows the mini-apps, offers them ports, and answers what they may ask.

mod connect;
mod registry;
mod requests;

use alloc::string::String;
use alloc::vec::Vec;

use oxidc_core::time::Millis;
use oxidc_core::wire::json::{Object, Value};

use crate::clock::{Clock, Meter, Moment};
use crate::fault::{Failure, fault};
use crate::message::{self, HANDSHAKE};
use crate::version;
use connect::{Connection, Stage};
use registry::App;
use requests::Job;

/// What happened.
#[derive(Debug)]
pub enum Input {
    /// The window received a message: from which frame of ours, if from one, from which origin, and what.
    Window(Option<u32>, String, String),
    /// A frame has loaded a document.
    Loaded(u32),
    /// A port brought a message.
    Port(u32, String),
    /// A port was closed at the other end, or brought something unreadable.
    Lost(u32),
    /// A frame is gone.
    Remove(u32),
    /// Somebody is signed in, under a key that tells one sign-in from another; or nobody is.
    Session(Option<String>),
    /// Something for the applications in the frames: of one frame or of all, a name and what belongs to it.
    Tell(Option<u32>, String, Value),
    /// What became of [`Effect::Token`] or [`Effect::Call`].
    Done(u32, Result<Value, Value>),
    /// The page came back from the back-forward cache.
    Shown,
    /// Time has passed.
    Timer,
    /// The end of everything.
    Close,
}

/// What is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Makes a channel, keeps one end under the number of the connection, and posts the text with the other end to the frame, to exactly this origin.
    Offer {
        /// The frame.
        frame: u32,
        /// The number of the connection.
        connection: u32,
        /// The target origin.
        origin: String,
        /// The message.
        text: String,
    },
    /// Posts to the frame, to exactly this origin.
    Post(u32, String, String),
    /// Posts to a port.
    Say(u32, String),
    /// Closes a port.
    Shut(u32),
    /// Gets a token from the source.
    Token {
        /// The number for the answer.
        job: u32,
        /// The application.
        app: String,
        /// The audience.
        audience: String,
        /// The scopes, separated by spaces.
        scope: String,
        /// Whether a new one is needed although the old one may not have expired.
        force: bool,
    },
    /// Has the platform do something for an application.
    Call {
        /// The number for the answer.
        job: u32,
        /// The application.
        app: String,
        /// The frame.
        frame: u32,
        /// What.
        method: String,
        /// Its parameters.
        params: Value,
    },
    /// Tells the platform: what (`connected`, `lost`, `refused`, `flooded`), the application, the frame, and a detail.
    Publish(&'static str, String, u32, String),
}

/// A frame of the page.
#[derive(Debug)]
struct Frame {
    id: u32,
    app: String,
    context: Object,
    calls: Meter,
}

/// The machine. See the module.
#[derive(Debug)]
pub struct Host {
    own: String,
    versions: Vec<i64>,
    clock: Clock,
    effects: Vec<Effect>,
    apps: Vec<App>,
    frames: Vec<Frame>,
    connections: Vec<Connection>,
    jobs: Vec<Job>,
    /// The key of the session, if there is one.
    session: Option<String>,
    epoch: String,
    number: u32,
    ignored: u32,
}

impl Host {
    /// Makes the machine. `own` is the origin of the page; `versions` are those it speaks (usually [`version::SPOKEN`]). Where nobody
    /// tells of sessions, there is one from the beginning.
    #[must_use]
    pub fn new(own: &str, versions: &[i64], session: bool) -> Self {
        Self {
            own: own.into(),
            versions: versions.to_vec(),
            clock: Clock::default(),
            effects: Vec::new(),
            apps: Vec::new(),
            frames: Vec::new(),
            connections: Vec::new(),
            jobs: Vec::new(),
            session: session.then(String::new),
            epoch: String::new(),
            number: 0,
            ignored: 0,
        }
    }

    /// Adds a frame with an application in it. `context` belongs to this frame and comes over what belongs to the application.
    ///
    /// # Errors
    ///
    /// `app_invalid` if there is no such application; `message_too_large` for the context.
    pub fn add(&mut self, frame: u32, app: &str, context: &Value) -> Result<(), Failure> {
        if !self.apps.iter().any(|known| known.id == app) {
            return Err(fault!(AppInvalid).detail(app));
        }
        let context = context.as_object().cloned().unwrap_or_default();
        registry::fits(&context)?;
        self.frames.push(Frame { id: frame, app: app.into(), context, calls: Meter::default() });
        Ok(())
    }

    /// Changes what belongs to a frame; the application in it is told with the next input.
    ///
    /// # Errors
    ///
    /// `message_too_large`.
    pub fn set_context(&mut self, frame: u32, context: &Value) -> Result<(), Failure> {
        let context = context.as_object().cloned().unwrap_or_default();
        registry::fits(&context)?;
        self.frames.iter_mut().filter(|f| f.id == frame).for_each(|f| f.context = context.clone());
        let message = message::of("context").with("context", self.context_of(frame));
        self.tell(Some(frame), &message);
        Ok(())
    }

    /// Feeds one input; gives back what is to be done.
    pub fn feed(&mut self, input: Input, moment: Moment) -> Vec<Effect> {
        self.clock.set(moment);
        if self.epoch.is_empty() {
            self.epoch = self.clock.unique();
        }
        self.due();
        match input {
            Input::Window(frame, origin, text) => self.window(frame, &origin, &text),
            Input::Loaded(frame) => {
                self.ping(Some(frame));
                self.hello(Some(frame));
            }
            Input::Port(connection, text) => self.port(connection, &text),
            Input::Lost(connection) => self.shut(connection, Some("lost")),
            Input::Remove(frame) => {
                self.shut_all(|connection| connection.frame == frame);
                self.frames.retain(|f| f.id != frame);
            }
            Input::Session(key) => self.session(key),
            Input::Tell(frame, name, data) => self.tell(frame, &message::of("event").with("name", name).with("data", data)),
            Input::Done(job, result) => self.done(job, result),
            Input::Shown => self.ping(None),
            Input::Timer => (),
            Input::Close => self.shut_all(|_| true),
        }
        core::mem::take(&mut self.effects)
    }

    /// After how many milliseconds the machine wants to be fed at the latest.
    #[must_use]
    pub fn wake(&self) -> Option<Millis> {
        let next = self.connections.iter().filter_map(|c| c.due).min()?;
        Some((next - self.clock.time).max(0))
    }

    /// How many messages were ignored because they came from strangers or were not of this protocol.
    #[must_use]
    pub fn ignored(&self) -> u32 {
        self.ignored
    }

    fn unused_number(&mut self) -> u32 {
        self.number = self.number.wrapping_add(1);
        self.number
    }

    /// Another session begins or the session ends: whatever belongs to the old one stops at once, in all frames.
    fn session(&mut self, key: Option<String>) {
        if key == self.session {
            return;
        }
        if self.session.is_some() {
            let ended = message::of("session.ended").with("epoch", self.epoch.as_str());
            self.tell(None, &ended);
        }
        self.shut_all(|_| true);
        self.jobs.clear();
        self.epoch = self.clock.unique();
        self.session = key;
        self.hello(None);
    }

    /// Says that a frame may call now.
    fn hello(&mut self, only: Option<u32>) {
        if self.session.is_none() {
            return;
        }
        for frame in self.frames.iter().filter(|frame| only.is_none_or(|only| only == frame.id)) {
            if let Some(app) = self.apps.iter().find(|app| app.id == frame.app) {
                self.effects.push(Effect::Post(frame.id, app.origin.clone(), message::text(message::of("hello"))));
            }
        }
    }

    /// Says something to one frame or to all.
    fn tell(&mut self, frame: Option<u32>, message: &Object) {
        let to: Vec<u32> =
            self.connections.iter().filter(|c| c.stage == Stage::Up && frame.is_none_or(|frame| frame == c.frame)).map(|c| c.id).collect();
        for connection in to {
            self.say(connection, message.clone());
        }
    }

    /// Asks one frame or all to show that they are there.
    fn ping(&mut self, frame: Option<u32>) {
        self.tell(frame, &message::of("ping"));
        let until = self.clock.time + HANDSHAKE;
        for connection in &mut self.connections {
            if connection.stage == Stage::Up && frame.is_none_or(|frame| frame == connection.frame) {
                connection.due = Some(until);
            }
        }
    }

    fn written_versions(&self) -> Value {
        version::write(&self.versions)
    }
}
