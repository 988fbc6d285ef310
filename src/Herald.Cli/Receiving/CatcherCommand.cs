using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Herald.Cli.CommandLine;

namespace Herald.Cli.Receiving;

/// <summary><c>herald catcher</c>: a receiver to try things with; prints what it gets.</summary>
internal static class CatcherCommand
{
    public static Command Create(TimeProvider time)
    {
        var port = new Option<int>("--port") { Description = "Where to listen, on loopback.", HelpName = "PORT", DefaultValueFactory = _ => 9000 };
        var secret = new Option<string?>("--secret") { Description = "The subscription's secret (whsec_…): signatures are verified, and 401 is the answer to a false one.", HelpName = "SECRET" };
        var slow = Duration.Option("--slow", "How long to wait before each answer.", TimeSpan.Zero);
        var fail = new Option<double>("--fail") { Description = "The share of requests to answer with 500, 0 to 1.", HelpName = "SHARE" };
        secret.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !SignatureCheck.IsSecret(text))
                result.AddError("--secret: a secret is whsec_ and base64.");
        });
        fail.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1))
                result.AddError("--fail: from 0 to 1.");
        });
        var command = new ExampleCommand(
            "catcher", "Receives webhooks on loopback and prints them, to try things with.",
            "herald catcher --port 9000", "herald catcher --secret whsec_… --fail 0.5")
        { port, secret, slow, fail };
        command.SetAction(async (parsed, cancel) =>
        {
            var console = parsed.InvocationConfiguration;
            var terminal = new Terminal(console.Output, console.Error, parsed.GetValue(CommonOptions.Json));
            Conduct conduct = parsed.GetValue(fail) > 0 ? new Conduct.Flaky(parsed.GetValue(fail))
                : parsed.GetValue(slow).Value > TimeSpan.Zero ? new Conduct.Slow(parsed.GetValue(slow)) : new Conduct.Healthy();
            try
            {
                await using var receiver = await WebhookReceiver.StartAsync(
                    "hook", parsed.GetValue(secret), conduct, webhook => Print(webhook, terminal), time, new Random(1), cancel, parsed.GetValue(port));
                terminal.Error.WriteLine($"Listening at {receiver.Endpoint} until Ctrl-C.");
                await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested) { }
            catch (Exception taken) when (taken is IOException or SocketException)
            {
                return (int)terminal.Fail(ExitCode.Failed, $"--port {parsed.GetValue(port)}: {taken.Message}");
            }
            return (int)ExitCode.Ok;
        });
        return command;
    }

    private static void Print(ReceivedWebhook webhook, Terminal terminal)
    {
        var body = Encoding.UTF8.GetString(webhook.Body.Span);
        string line;
        if (terminal.Json)
        {
            var headers = new JsonObject([.. webhook.Headers.Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), (JsonNode?)header.Value.ToString()))]);
            line = new JsonObject { ["headers"] = headers, ["body"] = body }.ToJsonString();
        }
        else
        {
            line = $"{webhook.Headers["herald-topic"]}  key {webhook.Headers["herald-key"]}  sequence {webhook.Headers["herald-sequence"]}  attempt {webhook.Attempt}  {webhook.Id}  {body}";
        }
        lock (terminal)
            terminal.Out.WriteLine(line);
    }
}
