using System.Text.Json.Nodes;
using Herald.TestKit.Node;

namespace Herald.Push.Tests.WebPush;

/// <summary>An independent sender and receiver of Web Push, in a Node process beside the tests; see <c>browser/browser.mjs</c>.</summary>
public sealed class Judge : IAsyncLifetime
{
    private NodeScript? _script;

    /// <summary>Why the process could not be started; null when it runs.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _script = await NodeScript.StartAsync("browser", "browser.mjs");
        }
        catch (NodeMissingException e)
        {
            Missing = $"WEB PUSH WAS NOT CHECKED by an independent implementation: {e.Message}";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
                throw new InvalidOperationException(Missing, e);
        }
    }

    public async Task<JsonNode> AskAsync(JsonObject question)
    {
        await _script!.WriteLineAsync(question.ToJsonString());
        return JsonNode.Parse(await _script.ReadLineAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
            await _script.DisposeAsync();
    }
}
