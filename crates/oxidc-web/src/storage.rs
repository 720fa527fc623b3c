//! Where the session is kept.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use web_sys::wasm_bindgen::JsValue;

/// Where the session is kept. Sign-ins on their way and the provider's public documents are kept in IndexedDB in every case.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Storage {
    /// IndexedDB: one session for all tabs, which see each other's writes in order. A copy in each tab's `sessionStorage` is for its next page.
    #[default]
    IndexedDb,
    /// `localStorage`: one session for all tabs, though tabs may see each other's writes late.
    Local,
    /// `sessionStorage`: a session for each tab, which outlives a reload.
    Session,
    /// This page's memory: gone with the page.
    Memory,
    /// A worker's memory: the refresh token is never in a page. All tabs share it, and it is gone with the last of them. Where there are no
    /// shared workers, each page has a worker of its own, and a reload signs out.
    Worker(WorkerStorage),
    /// A storage of the application.
    Custom(Rc<dyn CustomStorage>),
}

impl Storage {
    /// A worker's memory. The worker's script, [`WORKER_SCRIPT`](crate::WORKER_SCRIPT), is at this address of the page's own origin.
    ///
    /// ```
    /// use oxidc_web::{AuthClientOptions, Storage};
    ///
    /// let options = AuthClientOptions::new("https://login.example.com", "my-app").storage(Storage::worker("/oxidc-worker.js"));
    /// ```
    pub fn worker(url: impl Into<ScriptUrl>) -> Self {
        Self::Worker(WorkerStorage { url: url.into() })
    }

    /// A storage of the application.
    pub fn custom(storage: impl CustomStorage + 'static) -> Self {
        Self::Custom(Rc::new(storage))
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IndexedDb => "IndexedDb",
            Self::Local => "Local",
            Self::Session => "Session",
            Self::Memory => "Memory",
            Self::Worker(_) => "Worker",
            Self::Custom(_) => "Custom",
        })
    }
}

/// The script of the worker that keeps the refresh token, for whatever builds or serves the application: it must be a file of the page's own origin.
///
/// A build script, or a task of your own, that writes it beside the application:
///
/// ```no_run
/// std::fs::write("dist/oxidc-worker.js", oxidc_web::WORKER_SCRIPT)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub const WORKER_SCRIPT: &str = include_str!("../js/worker.js");

/// Where the script of the worker is that keeps the refresh token. [`Storage::worker`] makes it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WorkerStorage {
    /// Its address, of the page's own origin. Another address is another worker, with a session of its own.
    pub url: ScriptUrl,
}

/// The address of a script.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ScriptUrl {
    /// A text. Where Trusted Types are required, the policy `oxidc` must be allowed.
    Text(String),
    /// A `TrustedScriptURL`, made by a policy of the application.
    Trusted(JsValue),
}

impl From<&str> for ScriptUrl {
    fn from(url: &str) -> Self {
        Self::Text(url.into())
    }
}

impl From<String> for ScriptUrl {
    fn from(url: String) -> Self {
        Self::Text(url)
    }
}

impl From<JsValue> for ScriptUrl {
    fn from(trusted: JsValue) -> Self {
        Self::Trusted(trusted)
    }
}

/// What a [`CustomStorage`] answers.
pub type StorageFuture<T> = Pin<Box<dyn Future<Output = Result<T, StorageFailure>>>>;

/// Why a [`CustomStorage`] could not do what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageFailure {
    /// It is forbidden or broken.
    Denied,
    /// There is no room left.
    Full,
}

/// Keeps texts under names. The texts hold tokens.
///
/// ```
/// use std::cell::RefCell;
/// use std::collections::HashMap;
/// use std::future::ready;
///
/// use oxidc_web::{AuthClientOptions, CustomStorage, Storage, StorageFuture};
///
/// #[derive(Default)]
/// struct Kept(RefCell<HashMap<String, String>>);
///
/// impl CustomStorage for Kept {
///     fn get_item(&self, key: &str) -> StorageFuture<Option<String>> {
///         Box::pin(ready(Ok(self.0.borrow().get(key).cloned())))
///     }
///     fn set_item(&self, key: &str, value: &str) -> StorageFuture<()> {
///         self.0.borrow_mut().insert(key.into(), value.into());
///         Box::pin(ready(Ok(())))
///     }
///     fn remove_item(&self, key: &str) -> StorageFuture<()> {
///         self.0.borrow_mut().remove(key);
///         Box::pin(ready(Ok(())))
///     }
/// }
///
/// let options = AuthClientOptions::new("https://login.example.com", "my-app").storage(Storage::custom(Kept::default()));
/// ```
pub trait CustomStorage {
    /// The text under a name, if there is one.
    fn get_item(&self, key: &str) -> StorageFuture<Option<String>>;
    /// Keeps a text under a name.
    fn set_item(&self, key: &str, value: &str) -> StorageFuture<()>;
    /// Forgets a name.
    fn remove_item(&self, key: &str) -> StorageFuture<()>;
}
