using System.Text.Json;
using Herald.TestKit.Node;
using Herald.TestKit.Receivers;

namespace Herald.Webhooks.Tests;

/// <summary>Independent signature verifiers, in a Node process beside the tests; see <c>verifier/verify.mjs</c>.</summary>
public sealed class Verifier : IAsyncLifetime
{
    private NodeScript? _script;

    /// <summary>Why the process could not be started; null when it runs.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        try
        {
            _script = await NodeScript.StartAsync("verifier", "verify.mjs");
        }
        catch (NodeMissingException e)
        {
            Missing = $"SIGNATURES WERE NOT CHECKED by independent verifiers: {e.Message}";
            if (Environment.GetEnvironmentVariable("CI") is { Length: > 0 })
                throw new InvalidOperationException(Missing, e);
        }
    }

    /// <returns>The answer of each verifier, by its name: <c>ok</c> or the reason for its refusal.</returns>
    public async Task<Dictionary<string, string>> JudgeAsync(string secret, ReceivedRequest request)
    {
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value);
        await _script!.WriteLineAsync(JsonSerializer.Serialize(new { secret, headers, body = request.BodyText }));
        return JsonSerializer.Deserialize<Dictionary<string, string>>(await _script.ReadLineAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
            await _script.DisposeAsync();
    }
}
