//! What the deployment decides; served as `/config.json`.

use oxidc_web::json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::view::window;

/// The settings of this deployment.
pub(crate) struct Config {
    /// The provider.
    pub(crate) issuer: String,
    /// Under which name this application is registered there.
    pub(crate) client_id: String,
    /// The protected API, also its resource indicator.
    pub(crate) api: String,
}

impl Config {
    /// Reads them.
    pub(crate) async fn read() -> Result<Self, JsValue> {
        let answer = JsFuture::from(window()?.fetch_with_str("/config.json")).await?;
        let text = body(&answer.dyn_into()?).await?;
        let settings = Value::parse(&text).map_err(|_| "/config.json is not JSON")?;
        let setting = |name: &str| {
            let text = settings.get(name).and_then(Value::as_str).map(String::from);
            text.ok_or_else(|| JsValue::from(format!("/config.json lacks {name}")))
        };
        Ok(Self { issuer: setting("issuer")?, client_id: setting("clientId")?, api: setting("api")? })
    }
}

/// The text of an answer.
pub(crate) async fn body(answer: &web_sys::Response) -> Result<String, JsValue> {
    Ok(JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default())
}
