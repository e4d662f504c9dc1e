//! Figma's REST API, as far as variables need it: two requests.
//!
//! The token goes into a header and nowhere else, and only over TLS, unless the server is this machine; redirects are not
//! followed, for they could lead it elsewhere. Answers have a limit, and so has the time that they may take.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use ureq::http::{Response, StatusCode};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::exit::Exit;
use crate::failure::Failure;

/// Where the API is.
const API: &str = "https://api.figma.com";
/// Bytes of an answer: as much as is read of other tools' documents.
const ANSWER_MAX: u64 = 64 << 20;
/// Bytes of a request that Figma takes.
const REQUEST_MAX: usize = 4 << 20;
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Large files take Figma a while.
const ANSWER_TIME: Duration = Duration::from_mins(2);

/// A way to Figma.
pub(crate) struct Figma {
    agent: Agent,
    base: String,
    token: String,
}

/// What Figma answers to a request that changed something.
#[derive(Deserialize)]
struct Changed {
    meta: ChangedMeta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangedMeta {
    #[serde(default)]
    temp_id_to_real_id: BTreeMap<String, String>,
}

/// What Figma answers to a request that it refuses.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refused {
    message: Option<String>,
    err: Option<String>,
}

impl Figma {
    /// A way to Figma, with the token from the environment.
    pub(crate) fn new(api: Option<&str>) -> Result<Self, Failure> {
        let base = api.filter(|api| !api.is_empty()).unwrap_or(API).trim_end_matches('/').to_owned();
        if !base.starts_with("https://") && !is_this_machine(&base) {
            return Err(Failure::usage(
                "the token is not sent over a connection that anybody can read",
                "name an address that starts with https://",
            ));
        }
        let token = std::env::var("FIGMA_TOKEN").unwrap_or_default().trim().to_owned();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::new(
                Exit::Usage,
                "figma_token_missing",
                "there is no token in FIGMA_TOKEN",
                "make a personal access token in Figma's settings, with the scope file_variables:read (to push: \
                 file_variables:write), and set FIGMA_TOKEN to it",
            ));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_connect(Some(CONNECT_TIME))
            .timeout_global(Some(ANSWER_TIME))
            .user_agent(concat!("dss/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls());
        Ok(Self { agent: config.build().into(), base, token })
    }

    /// A file's variables.
    pub(crate) fn variables(&self, key: &str) -> Result<Vec<u8>, Failure> {
        let address = format!("{}/v1/files/{key}/variables/local", self.base);
        let answer = self.agent.get(&address).header("X-Figma-Token", &self.token).call();
        body_of(answer, key)
    }

    /// Asks for changes; gives the ids of what was created, by those that the request had.
    pub(crate) fn change(&self, key: &str, request: &str) -> Result<BTreeMap<String, String>, Failure> {
        if request.len() > REQUEST_MAX {
            let size = crate::render::bytes(u64::try_from(request.len()).unwrap_or(u64::MAX));
            return Err(Failure::new(
                Exit::Refused,
                "figma_request_too_large",
                format!("the request is {size}, and Figma takes 4 MiB"),
                "push a part of it first: give the others to Figma in another file, or in another project",
            ));
        }
        let address = format!("{}/v1/files/{key}/variables", self.base);
        let post = self.agent.post(&address).header("X-Figma-Token", &self.token);
        let answer = post.header("Content-Type", "application/json").send(request);
        let body = body_of(answer, key)?;
        let changed: Changed = serde_json::from_slice(&body).map_err(|_| {
            Failure::new(
                Exit::Store,
                "figma_answer_invalid",
                "Figma has taken the changes, and its answer does not say what it calls what is new",
                "pull from the file to see what it has",
            )
        })?;
        Ok(changed.meta.temp_id_to_real_id)
    }
}

/// Whether an address without TLS leads no further than to this machine.
fn is_this_machine(base: &str) -> bool {
    let Some(rest) = base.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    // Nobody is on this machine whose name stands before an @.
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

/// The certificates that this system trusts, as its other programs do.
fn tls() -> TlsConfig {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots = roots.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

/// The body of an answer that says yes.
fn body_of(answer: Result<Response<Body>, ureq::Error>, key: &str) -> Result<Vec<u8>, Failure> {
    let mut answer = answer.map_err(|error| unreachable_because(&error))?;
    let wait = answer.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let status = answer.status();
    let body = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_vec();
    let body = body.map_err(|error| match error {
        ureq::Error::BodyExceedsLimit(_) => Failure::new(
            Exit::Refused,
            "figma_answer_too_large",
            format!("Figma's answer is larger than {}", crate::render::bytes(ANSWER_MAX)),
            "split the file: this many variables are more than is read at once",
        ),
        error => unreachable_because(&error),
    })?;
    if status == StatusCode::OK { Ok(body) } else { Err(refused(status, wait, &body, key)) }
}

fn unreachable_because(error: &ureq::Error) -> Failure {
    let message = match error {
        ureq::Error::Timeout(_) => "Figma did not answer in time".to_owned(),
        error => format!("cannot reach Figma: {error}"),
    };
    let hint = "nothing was changed here; check the connection, and try again";
    Failure::new(Exit::Store, "figma_unreachable", message, hint)
}

/// Why Figma said no.
fn refused(status: StatusCode, wait: Option<u64>, body: &[u8], key: &str) -> Failure {
    let told: Refused = serde_json::from_slice(body).unwrap_or_default();
    // What a server writes is shown, not obeyed: one line of it.
    let told =
        told.message.or(told.err).map(|text| text.chars().filter(|c| !c.is_control()).take(300).collect());
    let told: String = told.map(|text: String| format!(": {text}")).unwrap_or_default();
    let number = status.as_u16();
    match number {
        400 => Failure::new(
            Exit::Refused,
            "figma_refused",
            format!("Figma refuses the request{told}"),
            "look at what was asked with --dry-run --payload FILE",
        ),
        401 | 403 => Failure::new(
            Exit::Refused,
            "figma_forbidden",
            format!("Figma does not let this token at the variables of {key}{told}"),
            "the token needs the scope file_variables:read (to push: file_variables:write), its owner must be allowed to see \
             (to push: to edit) the file, and Figma has this API on its Enterprise plan only",
        ),
        404 => Failure::new(
            Exit::Missing,
            "figma_not_found",
            format!("Figma has no file {key}, or not for this token"),
            "the key is the part of the file's address behind /design/",
        ),
        429 => {
            let wait = wait.map(|seconds| format!("; it asks to wait {seconds} s")).unwrap_or_default();
            let message = format!("Figma has been asked too often{wait}");
            Failure::new(Exit::Store, "figma_busy", message, "nothing was changed; try again later")
        }
        500.. => Failure::new(
            Exit::Store,
            "figma_busy",
            format!("Figma fails with {number}{told}"),
            "nothing was changed here; try again later",
        ),
        _ => Failure::new(
            Exit::Store,
            "figma_unreachable",
            format!("Figma's address answers with {number}, which it should not{told}"),
            "check --api, and that nothing between here and Figma answers in its place",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_to_this_machine_or_over_tls() {
        for base in ["http://127.0.0.1:80", "http://localhost/x", "http://[::1]:8080", "http://127.0.0.1"] {
            assert!(is_this_machine(base), "{base}");
        }
        for base in [
            "http://example.org",
            "http://127.0.0.1.example.org",
            "http://localhost@example.org",
            "ftp://localhost",
            "",
        ] {
            assert!(!is_this_machine(base), "{base}");
        }
    }
}
