//! Polls the flows: straight-line `async fn`s that await effects. There is no executor beneath and no waker;
//! a flow is polled when an outcome for it has come.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context as Poller, Poll, Waker};

use crate::effect::{Effect, EffectId, Now, Outcome, TaskId};
use crate::error::Result;

pub(crate) type Flow = Pin<Box<dyn Future<Output = ()>>>;

/// Work that can fail, of whatever flow.
pub(crate) type Work = Pin<Box<dyn Future<Output = Result<()>>>>;

/// Effects on their way out, outcomes on their way in, and which flow waits for which.
#[derive(Default)]
pub(crate) struct Shell {
    now: Cell<Now>,
    last_effect: Cell<EffectId>,
    last_task: Cell<TaskId>,
    current: Cell<TaskId>,
    effects: RefCell<Vec<(EffectId, Effect)>>,
    waiting: RefCell<Vec<Waiting>>,
    spawned: RefCell<Vec<(TaskId, Flow)>>,
    stopped: RefCell<Vec<TaskId>>,
    ready: RefCell<Vec<TaskId>>,
}

struct Waiting {
    effect: EffectId,
    task: TaskId,
    outcome: Option<Outcome>,
}

impl Shell {
    pub(crate) fn now(&self) -> Now {
        self.now.get()
    }

    /// The task that is being polled.
    pub(crate) fn current(&self) -> TaskId {
        self.current.get()
    }

    /// Takes the effects that were handed out.
    pub(crate) fn effects(&self) -> Vec<(EffectId, Effect)> {
        self.effects.take()
    }

    /// Hands out an effect that has no outcome.
    pub(crate) fn tell(&self, effect: Effect) {
        let id = self.last_effect.get().wrapping_add(1);
        self.last_effect.set(id);
        self.effects.borrow_mut().push((id, effect));
    }

    /// Hands out an effect at once; the future that comes back waits for its outcome.
    pub(crate) fn perform(&self, effect: Effect) -> Perform<'_> {
        self.tell(effect);
        let effect = self.last_effect.get();
        self.waiting.borrow_mut().push(Waiting { effect, task: self.current.get(), outcome: None });
        Perform { shell: self, effect }
    }

    /// Starts a flow that belongs to no call of the application.
    pub(crate) fn spawn(&self, flow: Flow) -> TaskId {
        let task = self.last_task.get().wrapping_add(1);
        self.last_task.set(task);
        self.spawned.borrow_mut().push((task, flow));
        self.wake(task);
        task
    }

    /// Drops a flow that was spawned, wherever it stands.
    pub(crate) fn stop(&self, task: TaskId) {
        self.stopped.borrow_mut().push(task);
    }

    fn wake(&self, task: TaskId) {
        self.ready.borrow_mut().push(task);
    }

    fn wake_all(&self, waiters: &RefCell<Vec<TaskId>>) {
        self.ready.borrow_mut().append(&mut waiters.borrow_mut());
    }

    fn first_ready(&self) -> Option<TaskId> {
        let mut ready = self.ready.borrow_mut();
        if ready.is_empty() { None } else { Some(ready.remove(0)) }
    }

    fn take(&self, effect: EffectId) -> Option<Outcome> {
        let mut waiting = self.waiting.borrow_mut();
        let at = waiting.iter().position(|w| w.effect == effect && w.outcome.is_some())?;
        waiting.swap_remove(at).outcome
    }

    /// A flow is over or was dropped: nobody wants the outcomes that it waited for.
    fn forget(&self, task: TaskId) {
        loop {
            let mut waiting = self.waiting.borrow_mut();
            let Some(at) = waiting.iter().position(|w| w.task == task) else { return };
            let effect = waiting.remove(at).effect;
            drop(waiting);
            self.tell(Effect::Cancel { effect });
        }
    }
}

/// Waits for an outcome. It is only dropped together with its flow, see [`Shell::forget`].
pub(crate) struct Perform<'a> {
    shell: &'a Shell,
    effect: EffectId,
}

impl Perform<'_> {
    pub(crate) fn id(&self) -> EffectId {
        self.effect
    }
}

impl Future for Perform<'_> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, _: &mut Poller<'_>) -> Poll<Outcome> {
        match self.shell.take(self.effect) {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        }
    }
}

/// All flows that are under way.
#[derive(Default)]
pub(crate) struct Flows(Vec<(TaskId, Flow)>);

impl Flows {
    /// Takes the time of an input.
    pub(crate) fn at(&self, shell: &Shell, now: Now) {
        // A monotonic clock that goes back is a broken one: time stands still until it catches up.
        let monotonic = now.monotonic.max(shell.now.get().monotonic);
        shell.now.set(Now { wall: now.wall, monotonic });
    }

    /// Takes the outcome of an effect; one that nobody waits for is ignored.
    pub(crate) fn feed(&self, shell: &Shell, effect: EffectId, outcome: Outcome) {
        if let Some(waiting) = shell.waiting.borrow_mut().iter_mut().find(|w| w.effect == effect && w.outcome.is_none()) {
            waiting.outcome = Some(outcome);
            shell.wake(waiting.task);
        }
    }

    fn take(&mut self, task: TaskId) -> Option<Flow> {
        let at = self.0.iter().position(|(id, _)| *id == task)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Drops a flow, if it is under way.
    pub(crate) fn drop_flow(&mut self, shell: &Shell, task: TaskId) {
        if let Some(flow) = self.take(task) {
            drop(flow);
            shell.forget(task);
        }
    }

    pub(crate) fn drop_all(&mut self, shell: &Shell) {
        while let Some((task, _)) = self.0.first() {
            self.drop_flow(shell, *task);
        }
    }

    /// Polls until no flow can go on.
    pub(crate) fn drain(&mut self, shell: &Shell) {
        loop {
            self.0.append(&mut shell.spawned.borrow_mut());
            for task in shell.stopped.take() {
                self.drop_flow(shell, task);
            }
            let Some(task) = shell.first_ready() else { break };
            let Some(mut flow) = self.take(task) else { continue };
            shell.current.set(task);
            if flow.as_mut().poll(&mut Poller::from_waker(Waker::noop())).is_pending() {
                self.0.push((task, flow));
            } else {
                shell.forget(task);
            }
        }
    }
}

/// Work that is done once for everybody who wants it at the same time. It goes on when those who wait give up.
#[derive(Default)]
pub(crate) struct Flights(RefCell<Vec<Rc<Flight>>>);

struct Flight {
    key: String,
    result: RefCell<Option<Result<()>>>,
    waiters: RefCell<Vec<TaskId>>,
}

impl Flights {
    /// Joins the flight of that key, or starts it with this work.
    pub(crate) async fn join(self: &Rc<Self>, shell: &Rc<Shell>, key: &str, work: Work) -> Result<()> {
        let flight = self.find(key).unwrap_or_else(|| self.start(shell, key, work));
        until(|| {
            let result = flight.result.borrow().clone();
            if result.is_none() {
                flight.waiters.borrow_mut().push(shell.current());
            }
            result
        })
        .await
    }

    fn find(&self, key: &str) -> Option<Rc<Flight>> {
        self.0.borrow().iter().find(|f| f.key == key).cloned()
    }

    fn start(self: &Rc<Self>, shell: &Rc<Shell>, key: &str, work: Work) -> Rc<Flight> {
        let flight = Rc::new(Flight { key: key.into(), result: RefCell::default(), waiters: RefCell::default() });
        self.0.borrow_mut().push(flight.clone());
        let (flights, shared, landing) = (self.clone(), shell.clone(), flight.clone());
        shell.spawn(Box::pin(async move {
            let result = work.await;
            flights.0.borrow_mut().retain(|f| !Rc::ptr_eq(f, &landing));
            *landing.result.borrow_mut() = Some(result);
            shared.wake_all(&landing.waiters);
        }));
        flight
    }
}

/// Lets one flow of this tab in at a time, in the order of arrival.
#[derive(Default)]
pub(crate) struct Gate {
    held: Cell<bool>,
    waiters: RefCell<Vec<TaskId>>,
}

impl Gate {
    /// Whether a flow is inside.
    pub(crate) fn is_held(&self) -> bool {
        self.held.get()
    }

    pub(crate) async fn enter(self: &Rc<Self>, shell: &Rc<Shell>) -> Entered {
        until(|| {
            if self.held.get() {
                self.waiters.borrow_mut().push(shell.current());
                return None;
            }
            self.held.set(true);
            Some(())
        })
        .await;
        Entered { gate: self.clone(), shell: shell.clone() }
    }
}

/// The gate is open to the next one when this is dropped.
pub(crate) struct Entered {
    gate: Rc<Gate>,
    shell: Rc<Shell>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.gate.held.set(false);
        // All are woken: the first may have given up.
        self.shell.wake_all(&self.gate.waiters);
    }
}

/// Waits until a look says so; looks each time the flow is polled.
async fn until<T>(mut look: impl FnMut() -> Option<T> + Unpin) -> T {
    core::future::poll_fn(move |_| match look() {
        Some(value) => Poll::Ready(value),
        None => Poll::Pending,
    })
    .await
}

/// Runs two parts of one flow side by side.
pub(crate) async fn join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    core::future::poll_fn(move |poller| {
        if first.is_none()
            && let Poll::Ready(value) = a.as_mut().poll(poller)
        {
            first = Some(value);
        }
        if second.is_none()
            && let Poll::Ready(value) = b.as_mut().poll(poller)
        {
            second = Some(value);
        }
        match (first.take(), second.take()) {
            (Some(a), Some(b)) => Poll::Ready((a, b)),
            (a, b) => {
                (first, second) = (a, b);
                Poll::Pending
            }
        }
    })
    .await
}
