//! `yutu ingest --service`: articles go to a running `yutu serve`, which reads them and takes them into its store.

use std::time::Duration;

use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use serde_json::{Value, json};

use super::{
    Context, Lang, Outcome,
    input::{self, InputArgs},
};
use crate::model::Article;

/// Where the token stands.
const TOKEN_VARIABLE: &str = "YUTU_TOKEN";
/// Articles of one request.
const BATCH_ARTICLES: usize = 16;
/// How often a service that has no room is asked again.
const TRIES: u32 = 30;

/// What became of the articles.
#[derive(Debug, Default)]
struct Summary {
    new: u64,
    same: u64,
    replaced: u64,
}

/// Sends all that is read to the service at `url`.
pub(super) fn run(url: &str, input: &InputArgs, context: &Context) -> Result<Outcome, miette::Report> {
    let address = format!("{}/api/v1/articles", url.trim_end_matches('/'));
    let token = std::env::var(TOKEN_VARIABLE).unwrap_or_default();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(600)))
        .http_status_as_error(false)
        .user_agent(concat!("yutu/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut summary = Summary::default();
    let counts = input::each_batch(input, context, |articles| {
        for batch in articles.chunks(BATCH_ARTICLES) {
            let answer = send(&agent, &address, &token, batch, context.lang)?;
            for received in answer.as_array().map(Vec::as_slice).unwrap_or_default() {
                match received["taken"].as_str() {
                    Some("new") => summary.new += 1,
                    Some("replaced") => summary.replaced += 1,
                    _ => summary.same += 1,
                }
            }
        }
        Ok(())
    })?;
    let Summary { new, same, replaced } = summary;
    let failed = counts.failed;
    context.say(
        format_args!("新增 {new} 篇，未变 {same} 篇，替换 {replaced} 篇，{failed} 条读取失败"),
        format_args!("articles: {new} new, {same} same, {replaced} replaced, {failed} failed"),
    );
    Ok(if failed > 0 { Outcome::SomeFailed } else { Outcome::Done })
}

fn send(
    agent: &ureq::Agent,
    address: &str,
    token: &str,
    batch: &[Article],
    lang: Lang,
) -> Result<Value, miette::Report> {
    let articles: Vec<Value> = (batch.iter())
        .map(|article| {
            // The text begins with the headline and a line break.
            let body = article.text.get(article.title.len() + 1..).unwrap_or_default();
            json!({ "id": article.id, "title": article.title, "text": body, "published": article.published, "source": article.source })
        })
        .collect();
    let body = json!({ "articles": articles }).to_string();
    for attempt in 0..TRIES {
        let mut request = agent.post(address).header("content-type", "application/json");
        request = request.header("accept-language", lang.pick("zh", "en"));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.send(body.as_str());
        let mut answer = answer.into_diagnostic().wrap_err_with(|| match lang {
            Lang::Zh => format!("无法连接服务 {address}"),
            Lang::En => format!("cannot reach the service at {address}"),
        })?;
        let text = answer.body_mut().read_to_string().into_diagnostic()?;
        match answer.status().as_u16() {
            201 => return serde_json::from_str(&text).into_diagnostic(),
            503 if attempt + 1 < TRIES => std::thread::sleep(Duration::from_secs(2)),
            status => {
                let problem: Option<Value> = serde_json::from_str(&text).ok();
                let text = problem.as_ref().and_then(|problem| problem["detail"].as_str()).unwrap_or(text.trim());
                return Err(match lang {
                    Lang::Zh => miette!("服务拒绝了文章（{status}）：{text}；令牌取自环境变量 {TOKEN_VARIABLE}"),
                    Lang::En => miette!(
                        "the service refused the articles ({status}): {text}; the token is taken from the environment variable {TOKEN_VARIABLE}"
                    ),
                });
            }
        }
    }
    Err(miette!("the service has no room"))
}
