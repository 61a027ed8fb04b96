//! The runs that somebody has kept, in the browser's own database (IndexedDB): each is its script and
//! the instant it was left at, with all its branches, a name, a date and a small picture. What another version has
//! written is shown and left alone; what is damaged says so.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use gloo_timers::future::TimeoutFuture;
use idb::{
    Database, DatabaseEvent, Error, Factory, KeyPath, ObjectStore, ObjectStoreParams, Query,
    TransactionMode, TransactionResult,
};
use js_sys::Object;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::DomException;

use super::edge::{Lenient, of_js, to_js};
use super::frame::Instant;
use super::parts;
use crate::base::{Sentence, Time, is_unseen};
use crate::command::Script;
use crate::player::{Branches, Needs};
use crate::view::Thumbnail;
use crate::{scenario, sentence};

const DATABASE: &str = "synod";
const RUNS: &str = "runs";
/// Of what is written here. A greater one is a newer Synod's.
const VERSION: f64 = 1.0;
/// A name is cut off here.
pub const LONGEST_NAME: usize = 80;

/// In milliseconds since 1970.
const YEAR_10000: f64 = 253_402_300_800_000.0;
/// So long may the browser take to open the store, and to do what it is asked, in milliseconds.
const PATIENCE: u32 = 5_000;

/// Why the browser's store did not do as it was asked.
enum Failure {
    Full,
    Silent,
    /// A newer Synod has made it over.
    Newer,
    Refused,
}

/// A run as it is stored. The browser numbers it.
#[derive(Serialize)]
struct Record<'a> {
    version: f64,
    name: String,
    /// Milliseconds since 1970.
    date: f64,
    script: &'a str,
    time: f64,
    picture: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    branches: Option<&'a str>,
}

/// What is found there.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Found {
    id: Lenient<f64>,
    version: Lenient<f64>,
    name: Lenient<String>,
    date: Lenient<f64>,
    script: Lenient<String>,
    time: Lenient<f64>,
    picture: Lenient<String>,
    branches: Option<Lenient<String>>,
}

/// A new name for a record.
#[derive(Serialize)]
struct Named {
    name: String,
}

/// A run that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub id: u64,
    pub name: String,
    /// Milliseconds since 1970, if it is a date that people write.
    pub date: Option<f64>,
    pub picture: Option<Thumbnail>,
    /// The error says why it cannot be opened here.
    pub script: Result<Script, Sentence>,
    /// All its branches, if there were several; the error says why they cannot be opened here.
    pub branches: Option<Result<Box<Branches>, Sentence>>,
    pub time: Time,
    /// As it is stored, whatever else is in it.
    record: JsValue,
}

/// All runs kept, the newest first.
pub async fn all() -> Result<Vec<Kept>, Sentence> {
    let rows = within(TransactionMode::ReadOnly, async |runs| runs.get_all(None, None)?.await);
    let rows = rows.await?;
    // What a run needs that cannot be had is said beside it.
    let texts: Vec<String> = rows.iter().map(|row| Found::of(row).texts()).collect();
    let _ = parts::fetch(&Needs::of_text(&texts.join(
        "
",
    )))
    .await;
    let mut kept: Vec<Kept> = rows.into_iter().map(Kept::read).collect();
    let date = |run: &Kept| run.date.unwrap_or(0.0);
    kept.sort_by(|a, b| date(b).total_cmp(&date(a)));
    Ok(kept)
}

/// Keeps the run as it stands.
pub async fn keep(instant: &Instant, name: &str) -> Result<(), Sentence> {
    let record = Record {
        version: VERSION,
        name: cut(name),
        date: js_sys::Date::now(),
        script: &instant.script,
        time: instant.time.0 as f64,
        picture: &instant.picture,
        branches: instant.branches.as_deref(),
    };
    put(&to_js(&record)).await
}

impl Found {
    fn of(record: &JsValue) -> Found {
        of_js(record.clone()).unwrap_or_default()
    }

    /// Whatever it says of runs.
    fn texts(&self) -> String {
        let texts = [Some(&self.script), self.branches.as_ref()].into_iter().flatten();
        let texts: Vec<&str> = texts.filter_map(|text| Some(text.known()?.as_str())).collect();
        texts.join("\n")
    }

    fn script(&self) -> Result<Script, Sentence> {
        let Some(version) = self.version.known() else {
            return Err(sentence!("This is no run that Synod has kept."));
        };
        if *version > VERSION {
            return Err(sentence!("A newer Synod has kept this run: it cannot be opened here."));
        }
        let needs = Needs::of_text(&self.texts());
        if !needs.are_met() {
            return Err(parts::why(needs.protocol()));
        }
        let Some(script) = self.script.known() else {
            return Err(sentence!("This run is damaged: it has no script."));
        };
        scenario::parse(script)
            .map_err(|mistake| sentence!("This run is damaged: {0}", mistake.to_string()))
    }
}

impl Kept {
    fn read(record: JsValue) -> Kept {
        let found = Found::of(&record);
        let script = found.script();
        let branches = found.branches.as_ref().zip(script.as_ref().ok());
        let branches = branches
            .map(|(text, script)| branches_of(text.known().map_or("", String::as_str), script));
        let date = found.date.known().copied();
        Kept {
            id: found.id.known().map_or(0, |id| *id as u64),
            name: cut(found.name.known().map_or("", String::as_str)),
            branches,
            date: date.filter(|date| (1.0..YEAR_10000).contains(date)),
            picture: found.picture.known().and_then(|text| Thumbnail::read(text)),
            script,
            time: Time(found.time.known().map_or(0, |time| *time as u64)).min(Time::LIMIT),
            record,
        }
    }

    /// Gives it a name, if it is still there: another page may have deleted it.
    pub async fn rename(&self, name: &str) -> Result<(), Sentence> {
        let (id, name) = (self.key(), to_js(&Named { name: cut(name) }));
        let renamed = within(TransactionMode::ReadWrite, async move |runs| {
            let Some(record) = runs.get(id)?.await? else { return Ok(false) };
            // Whatever else is in it, another version may have written.
            let (record, name): (&Object, &Object) = (record.unchecked_ref(), name.unchecked_ref());
            let record = Object::assign(record, name);
            runs.put(&record, None)?.await.map(|_| true)
        });
        match renamed.await? {
            true => Ok(()),
            false => Err(sentence!(
                "This run is no longer kept: it was deleted on another page of this browser."
            )),
        }
    }

    /// Writes it as it is: also what was just deleted.
    pub async fn put(&self) -> Result<(), Sentence> {
        put(&self.record).await
    }

    pub async fn delete(&self) -> Result<(), Sentence> {
        let id = self.key();
        let deleted = within(TransactionMode::ReadWrite, async move |runs| runs.delete(id)?.await);
        Ok(deleted.await?)
    }

    fn key(&self) -> Query {
        Query::Key((self.id as f64).into())
    }
}

async fn put(record: &JsValue) -> Result<(), Sentence> {
    let record = record.clone();
    let put = within(TransactionMode::ReadWrite, async move |runs| {
        runs.put(&record, None)?.await.map(drop)
    });
    Ok(put.await?)
}

/// Does something with the runs, and waits until it is done for good.
async fn within<T: 'static>(
    mode: TransactionMode,
    work: impl AsyncFnOnce(&ObjectStore) -> Result<T, Error> + 'static,
) -> Result<T, Failure> {
    let mut open = Factory::new()?.open(DATABASE, Some(1))?;
    open.on_upgrade_needed(|event| {
        let mut params = ObjectStoreParams::new();
        params.auto_increment(true).key_path(Some(KeyPath::new_single("id")));
        // Where it fails, the first use of the store says so.
        let _ = event.database().and_then(|new| new.create_object_store(RUNS, params));
    });
    // Nobody waits any longer for a database that opens late: an open one would be in others' way.
    let late = |opened: Result<Database, Error>| opened.iter().for_each(Database::close);
    let database = in_time(open.into_future(), late).await??;
    let done = on(&database, mode, work).await;
    database.close();
    done
}

async fn on<T: 'static>(
    database: &Database,
    mode: TransactionMode,
    work: impl AsyncFnOnce(&ObjectStore) -> Result<T, Error> + 'static,
) -> Result<T, Failure> {
    let transaction = database.transaction(&[RUNS], mode)?;
    let runs = transaction.object_store(RUNS)?;
    let now = runs.transaction();
    // What fails takes the transaction with it, so that there is no end of it to wait for.
    let worked = async move {
        let done = work(&runs).await?;
        transaction.await.map(|ended| (done, ended))
    };
    let Ok(worked) = in_time(worked, drop).await else {
        // What is said to have failed must not be done later after all.
        let _ = now.abort();
        return Err(Failure::Silent);
    };
    match worked? {
        (done, TransactionResult::Committed) => Ok(done),
        // A store without room takes a record, and drops it when it is to be written for good.
        (_, TransactionResult::Aborted) => {
            Err(now.error().map_or(Error::DomExceptionNotFound, Error::DomException))?
        }
    }
}

/// What comes, if it does not let everybody wait. What comes later goes to `late`.
async fn in_time<T: 'static>(
    work: impl Future<Output = T> + 'static,
    late: impl FnOnce(T) + 'static,
) -> Result<T, Failure> {
    let mut work = Box::pin(work);
    let mut over = pin!(TimeoutFuture::new(PATIENCE));
    let come = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => over.as_mut().poll(context).map(|()| None),
    });
    match come.await {
        Some(done) => Ok(done),
        None => {
            spawn_local(async move { late(work.await) });
            Err(Failure::Silent)
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        let exception: &JsValue = match &error {
            Error::DomException(exception) => exception,
            Error::IndexedDbOpenFailed(thrown) | Error::UpdateFailed(thrown) => thrown,
            _ => return Failure::Refused,
        };
        let name = exception.dyn_ref::<DomException>().map(DomException::name);
        match name.as_deref() {
            Some("QuotaExceededError") => Failure::Full,
            Some("VersionError") => Failure::Newer,
            _ => Failure::Refused,
        }
    }
}

/// In words that help.
impl From<Failure> for Sentence {
    fn from(failure: Failure) -> Sentence {
        match failure {
            Failure::Full => sentence!(
                "The browser's store is full: delete a kept run, or free some space, and try again. The run on screen is untouched."
            ),
            Failure::Silent => sentence!(
                "The browser's store does not answer: close other pages of Synod, and try again. The run on screen is untouched."
            ),
            Failure::Newer => {
                sentence!("A newer Synod has used this browser's store: its runs stay as they are.")
            }
            Failure::Refused => sentence!(
                "This browser does not let the page keep runs (a private window, or a page within a page). Share the link instead: it carries the whole run."
            ),
        }
    }
}

/// The branches beside this script, among which it is.
fn branches_of(text: &str, script: &Script) -> Result<Box<Branches>, Sentence> {
    Branches::parse(text).and_then(|stored| match stored.script() == script {
        true => Ok(Box::new(stored)),
        false => Err(Branches::damaged()),
    })
}

/// A name without what nobody sees, not too long.
fn cut(name: &str) -> String {
    name.replace(is_unseen, "").trim().chars().take(LONGEST_NAME).collect()
}
