//! A server on this machine that answers as Figma does, and remembers what it was asked for. It ends with its owner.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use serde_json::{Map, Value, json};

/// The server.
pub(crate) struct Figma {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    payload: Value,
    /// The payload as it is to be answered, if not a letter of it may change.
    text: Option<String>,
    posts: u64,
    fails_with: Option<u16>,
    refuses_posts: bool,
    ends: bool,
    /// The number of the next id.
    next: u64,
}

impl Figma {
    pub(crate) fn start(payload: Value) -> Self {
        Self::serve(State { payload, next: 100, ..State::default() })
    }

    pub(crate) fn start_with(text: String) -> Self {
        Self::serve(State { text: Some(text), ..State::default() })
    }

    fn serve(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.lock().unwrap().ends {
                    return;
                }
                answer(stream, &shared);
            }
        });
        Self { address, state, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often changes were asked for.
    pub(crate) fn posts(&self) -> u64 {
        self.state().posts
    }

    /// What stands at a JSON pointer.
    pub(crate) fn get(&self, pointer: &str) -> Value {
        self.state().payload.pointer(pointer).cloned().unwrap_or_default()
    }

    pub(crate) fn value(&self, variable: &str, mode: &str) -> Value {
        self.get(&format!("/meta/variables/{variable}/valuesByMode/{mode}"))
    }

    /// What somebody does in Figma.
    pub(crate) fn edit(&self, pointer: &str, value: Value) {
        *self.state().payload.pointer_mut(pointer).unwrap() = value;
    }

    pub(crate) fn remove(&self, variable: &str) {
        remove(&mut self.state().payload, variable);
    }

    pub(crate) fn count(&self, map: &str) -> usize {
        self.get(&format!("/meta/{map}")).as_object().map_or(0, Map::len)
    }

    pub(crate) fn id_of(&self, name: &str) -> String {
        let variables = self.get("/meta/variables");
        let found = variables.as_object().unwrap().iter().find(|(_, variable)| variable["name"] == name);
        found.unwrap_or_else(|| panic!("no variable {name}")).0.clone()
    }

    pub(crate) fn modes_of(&self, variable: &str) -> Vec<String> {
        let values = self.get(&format!("/meta/variables/{variable}/valuesByMode"));
        values.as_object().unwrap().keys().cloned().collect()
    }

    /// Answers the next request with that status.
    pub(crate) fn fail_once(&self, status: u16) {
        self.state().fails_with = Some(status);
    }

    pub(crate) fn refuse_posts(&self, refuses: bool) {
        self.state().refuses_posts = refuses;
    }

    pub(crate) fn set(&self, payload: Value) {
        self.state().payload = payload;
    }
}

impl Drop for Figma {
    fn drop(&mut self) {
        self.state().ends = true;
        let _wakes_it_up = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join();
        }
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let header = |name: &str| {
        let find =
            |line: &String| line.to_ascii_lowercase().strip_prefix(name).map(|value| value.trim().to_owned());
        lines.iter().find_map(find)
    };
    let length = header("content-length:").and_then(|length| length.parse::<usize>().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let token = header("x-figma-token:");
    let request = lines.first().cloned().unwrap_or_default();
    let (status, body) = reply(&mut state.lock().unwrap(), &request, token.as_deref(), &body);
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nRetry-After: 30\r\nLocation: http://example.org/\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = reader.into_inner();
    let _sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn reply(state: &mut State, request: &str, token: Option<&str>, body: &[u8]) -> (u16, String) {
    let refusal = |status: u16, message: &str| {
        (status, json!({"status": status, "error": true, "message": message}).to_string())
    };
    if let Some(status) = state.fails_with.take() {
        return refusal(status, "Because");
    }
    if token != Some(super::TOKEN) {
        return refusal(403, "Invalid token");
    }
    match request {
        "GET /v1/files/AbC123xyz/variables/local HTTP/1.1" => {
            (200, state.text.clone().unwrap_or_else(|| state.payload.to_string()))
        }
        "POST /v1/files/AbC123xyz/variables HTTP/1.1" if state.refuses_posts => refusal(400, "Invalid value"),
        "POST /v1/files/AbC123xyz/variables HTTP/1.1" => {
            state.posts = state.posts.saturating_add(1);
            let changes: Value = serde_json::from_slice(body).unwrap();
            let ids = Change { state, ids: Map::new() }.apply(&changes);
            (200, json!({"status": 200, "error": false, "meta": {"tempIdToRealId": ids}}).to_string())
        }
        _ => refusal(404, "Not found"),
    }
}

/// Changes that are made.
struct Change<'a> {
    state: &'a mut State,
    ids: Map<String, Value>,
}

impl Change<'_> {
    fn apply(mut self, changes: &Value) -> Map<String, Value> {
        for collection in changes["variableCollections"].as_array().unwrap() {
            self.collection(collection);
        }
        for mode in changes["variableModes"].as_array().unwrap() {
            self.mode(mode);
        }
        for variable in changes["variables"].as_array().unwrap() {
            self.variable(variable);
        }
        for value in changes["variableModeValues"].as_array().unwrap() {
            self.value(value);
        }
        self.ids
    }

    fn fresh(&mut self, kind: &str, temporary: &Value) -> String {
        self.state.next = self.state.next.saturating_add(1);
        let id = format!("{kind}{}:0", self.state.next);
        self.ids.insert(temporary.as_str().unwrap().to_owned(), json!(id));
        id
    }

    /// The id that something has, given the one that the request has for it.
    fn real(&self, id: &Value) -> String {
        let id = id.as_str().unwrap();
        self.ids.get(id).and_then(Value::as_str).unwrap_or(id).to_owned()
    }

    fn collection(&mut self, change: &Value) {
        assert_eq!(change["action"], "CREATE", "{change}");
        let id = self.fresh("VariableCollectionId:", &change["id"]);
        let mode = self.fresh("", &change["initialModeId"]);
        self.state.payload["meta"]["variableCollections"][&id] = json!({"defaultModeId": mode, "id": id, "name": change["name"],
            "remote": false, "modes": [{"modeId": mode, "name": "Mode 1"}], "key": "k", "hiddenFromPublishing": false,
            "isExtension": false, "variableIds": []});
    }

    fn mode(&mut self, change: &Value) {
        let collection = self.real(&change["variableCollectionId"]);
        let created = change["action"] == "CREATE";
        let id = if created { self.fresh("", &change["id"]) } else { self.real(&change["id"]) };
        let modes = &mut self.state.payload["meta"]["variableCollections"][&collection]["modes"];
        let modes = modes.as_array_mut().unwrap();
        if created {
            modes.push(json!({"modeId": id, "name": change["name"]}));
        } else {
            modes.iter_mut().find(|mode| mode["modeId"] == id.as_str()).unwrap()["name"] =
                change["name"].clone();
        }
    }

    fn variable(&mut self, change: &Value) {
        if change["action"] == "DELETE" {
            return remove(&mut self.state.payload, change["id"].as_str().unwrap());
        }
        if change["action"] == "UPDATE" {
            let id = change["id"].as_str().unwrap();
            let variable = self.state.payload["meta"]["variables"].get_mut(id).unwrap();
            for (name, value) in change
                .as_object()
                .unwrap()
                .iter()
                .filter(|(name, _)| !["action", "id"].contains(&name.as_str()))
            {
                variable[name] = value.clone();
            }
            return;
        }
        let collection = self.real(&change["variableCollectionId"]);
        let id = self.fresh("VariableID:", &change["id"]);
        let meta = &mut self.state.payload["meta"];
        let is_taken = meta["variables"].as_object().unwrap().values().any(|other| {
            other["name"] == change["name"] && other["variableCollectionId"] == collection.as_str()
        });
        assert!(!is_taken, "a name twice: {change}");
        meta["variableCollections"][&collection]["variableIds"].as_array_mut().unwrap().push(json!(id));
        let or = |name: &str, other: Value| change.get(name).cloned().unwrap_or(other);
        meta["variables"][&id] = json!({"name": change["name"], "id": id, "remote": false, "key": "k",
            "variableCollectionId": collection, "resolvedType": change["resolvedType"], "description": or("description", json!("")),
            "hiddenFromPublishing": or("hiddenFromPublishing", json!(false)), "valuesByMode": {},
            "scopes": or("scopes", json!(["ALL_SCOPES"])), "codeSyntax": or("codeSyntax", json!({}))});
    }

    fn value(&mut self, change: &Value) {
        let (variable, mode) = (self.real(&change["variableId"]), self.real(&change["modeId"]));
        let mut value = change["value"].clone();
        if value["type"] == "VARIABLE_ALIAS" {
            let target = self.real(&value["id"]);
            assert!(
                self.state.payload["meta"]["variables"].get(&target).is_some(),
                "an alias of nothing: {change}"
            );
            value["id"] = json!(target);
        }
        let resolved = &self.state.payload["meta"]["variables"][&variable]["resolvedType"];
        let fits = match resolved.as_str().unwrap() {
            "COLOR" => value.is_object(),
            "FLOAT" => value.is_number() || value["type"] == "VARIABLE_ALIAS",
            "STRING" => value.is_string() || value["type"] == "VARIABLE_ALIAS",
            _ => value.is_boolean() || value["type"] == "VARIABLE_ALIAS",
        };
        assert!(fits, "{resolved}: {change}");
        self.state.payload["meta"]["variables"][&variable]["valuesByMode"][&mode] = stored(value);
    }
}

/// A value as Figma stores it: its numbers are floats of 32 bits, and colours have an alpha.
fn stored(value: Value) -> Value {
    let narrow = |number: &Value| {
        let number: f32 = number.to_string().parse().unwrap();
        let whole = number.to_string().parse::<i64>();
        whole.map_or_else(|_| json!(f64::from(number)), |whole| json!(whole))
    };
    match value {
        Value::Number(_) => narrow(&value),
        Value::Object(color) if color.contains_key("r") => {
            let channel = |name: &str| color.get(name).map_or(json!(1), narrow);
            json!({"r": channel("r"), "g": channel("g"), "b": channel("b"), "a": channel("a")})
        }
        other => other,
    }
}

fn remove(payload: &mut Value, variable: &str) {
    payload["meta"]["variables"].as_object_mut().unwrap().remove(variable).unwrap();
    for (_, collection) in payload["meta"]["variableCollections"].as_object_mut().unwrap() {
        collection["variableIds"].as_array_mut().unwrap().retain(|id| id != variable);
    }
}
