/** Mistral's third instruct format as Jinja: for programs that read the template out of the model file. */
export const chatTemplate = `{%- set ns = namespace(system='', last=-1) -%}
{%- for m in messages -%}
{%- if m.role == 'system' -%}{%- set ns.system = m.content -%}{%- elif m.role == 'user' -%}{%- set ns.last = loop.index0 -%}{%- endif -%}
{%- endfor -%}
{{- bos_token -}}
{%- for m in messages -%}
{%- if m.role == 'user' -%}
{%- if loop.index0 == ns.last and tools is defined and tools -%}{{- '[AVAILABLE_TOOLS]' + (tools | tojson) + '[/AVAILABLE_TOOLS]' -}}{%- endif -%}
{{- '[INST]' -}}{%- if loop.index0 == ns.last and ns.system -%}{{- ns.system + '\\n\\n' -}}{%- endif -%}{{- m.content + '[/INST]' -}}
{%- elif m.role == 'assistant' and m.tool_calls is defined and m.tool_calls -%}
{{- '[TOOL_CALLS][' -}}
{%- for c in m.tool_calls -%}
{{- '{"name": ' + (c.function.name | tojson) + ', "arguments": ' -}}
{%- if c.function.arguments is string -%}{{- c.function.arguments -}}{%- else -%}{{- c.function.arguments | tojson -}}{%- endif -%}
{{- ', "id": "' + c.id + '"}' -}}{%- if not loop.last -%}{{- ', ' -}}{%- endif -%}
{%- endfor -%}
{{- ']' + eos_token -}}
{%- elif m.role == 'assistant' -%}
{{- m.content + eos_token -}}
{%- elif m.role == 'tool' -%}
{{- '[TOOL_RESULTS]{"content": ' + (m.content | tojson) + ', "call_id": "' + m.tool_call_id + '"}[/TOOL_RESULTS]' -}}
{%- endif -%}
{%- endfor -%}
`;
