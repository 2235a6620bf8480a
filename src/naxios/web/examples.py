"""First requests in several languages, for the start page, the quickstart and a new key's page. Tests run them."""

from typing import NamedTuple


class Example(NamedTuple):
    """One way to ask: a label, what it needs first, and the code."""

    id: str
    label: str
    code: str
    needs: str = ""


def curl(base_url: str, key: str, model: str) -> str:
    """A first request with curl."""
    return f"""curl {base_url}/v1/chat/completions \\
  -H "Authorization: Bearer {key}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "model": "{model}",
    "messages": [{{"role": "user", "content": "Hello"}}]
  }}'"""


def first_requests(base_url: str, key: str, model: str) -> list[Example]:
    """The same first request with curl and with the official SDKs."""
    return [
        Example("curl", "curl", curl(base_url, key, model)),
        Example("python", "Python", _python(base_url, key, model), "pip install openai"),
        Example("javascript", "JavaScript", _javascript(base_url, key, model), "npm install openai"),
    ]


def environment(base_url: str, key: str) -> Example:
    """The variables that OpenAI's SDKs and most tools read."""
    code = f'export OPENAI_BASE_URL="{base_url}/v1"\nexport OPENAI_API_KEY="{key}"'
    return Example("environment", "Environment", code)


def streaming(base_url: str, key: str, model: str) -> str:
    """A stream with the Python SDK."""
    return f"""from openai import OpenAI

client = OpenAI(base_url="{base_url}/v1", api_key="{key}")

stream = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "Hello"}}],
    stream=True,
)
for chunk in stream:
    if chunk.choices and chunk.choices[0].delta.content:
        print(chunk.choices[0].delta.content, end="", flush=True)
"""


def anthropic_models(base_url: str, key: str) -> str:
    """The models with Anthropic's Python SDK, whose base URL has no ``/v1``."""
    return f"""from anthropic import Anthropic

client = Anthropic(base_url="{base_url}", api_key="{key}")

for model in client.models.list():
    print(model.id)
"""


def limits(base_url: str, key: str) -> str:
    """How a key stands."""
    return f"""curl {base_url}/v1/key -H "Authorization: Bearer {key}\""""


def _python(base_url: str, key: str, model: str) -> str:
    return f"""from openai import OpenAI

client = OpenAI(base_url="{base_url}/v1", api_key="{key}")

answer = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(answer.choices[0].message.content)
"""


def _javascript(base_url: str, key: str, model: str) -> str:
    return f"""import OpenAI from "openai";

const client = new OpenAI({{ baseURL: "{base_url}/v1", apiKey: "{key}" }});

const answer = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(answer.choices[0].message.content);
"""
