using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Herald.Alarms.Commands;
using Herald.Hosting.Commands;
using Herald.Lab.Alarms;
using Herald.Lab.Processes;
using Herald.LocalServers.Brokers;
using Herald.Nats;
using Herald.Nats.Clusters;
using Herald.Nats.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Herald.Lab.Demos.Alarms;

/// <summary>
/// The demo of the alarms application: (1) start a nats-server and a Herald, each in a process of its own, (2) listen to digests, (3) send
/// bursts of users whose alarms change and who request digests, (4) print the verdict: each digest follows the rules, and none is missing.
/// </summary>
internal sealed class AlarmsDemo(AlarmsDemoOptions options, Terminal terminal, TimeProvider time)
{
    private const int Seed = 1;

    /// <summary>
    /// The most bursts whose digests are requested and have not come. Further bursts wait, as with publishers that have a limit.
    /// </summary>
    private const int MostOpenBursts = 4;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private readonly DigestLedger _ledger = new(time);

    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("herald-demo-");
        try
        {
            // 1. Start the servers.
            await using var nats = await LocalNats.StartNewAsync(options.HasStream, [], time, cancel);
            string[] arguments = ["--data", directory.FullName, "--listen", "127.0.0.1:0", "--nats", nats.Url, .. options.HasStream ? (string[])[] : [NatsOptionSet.NoStreamOption]];
            await using var server = await ServerProcess.StartAsync(arguments, time, cancel, ServerProcess.Alarms);
            await using var connection = ClusterConnection.Begin(
                new ConnectionOptions { Servers = ServerAddress.ParseAll(nats.Url)! }, time, NullLogger.Instance);
            await connection.WhenConnectedAsync(cancel);
            return await RunAsync(server, connection, cancel);
        }
        catch (Exception failure) when (failure is ChildProcessException or LocalNatsException or NatsException)
        {
            return terminal.Fail(ExitCode.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return terminal.Fail(ExitCode.Interrupted, "Stopped.");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task<ExitCode> RunAsync(ServerProcess server, ClusterConnection connection, CancellationToken cancel)
    {
        // 2. Listen to digests.
        await using var digests = connection.Subscribe(AlarmMessage.Digest);
        await connection.FlushAsync(cancel);
        var listening = ListenAsync(digests);

        // 3. Send the bursts.
        var story = new AlarmGenerator(Seed, _ledger);
        var publisher = new AlarmPublisher(connection, options.HasStream, options.Drain, time);
        var progress = new AlarmsDemoProgress(time, options);
        using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var display = options.Json
            ? Task.CompletedTask
            : new AlarmsDemoDisplay(_ledger, story, progress, terminal, time).RunAsync(options.Plain, showing.Token);
        try
        {
            for (var burst = 0; burst < options.Bursts && !server.HasExited; burst++)
            {
                await publisher.PublishAsync(story.Burst(1 + (burst * options.Users), options.Users), cancel);
                progress.Bursts = burst + 1;
                await WaitForDigestsAsync(server, MostOpenBursts * options.Users, cancel);
            }
            progress.BeginDrain();
            await WaitForDigestsAsync(server, 0, cancel);
            progress.End();
        }
        finally
        {
            await showing.CancelAsync();
            await display;
        }
        await digests.DisposeAsync();
        await listening;

        // 4. Print the verdict.
        return Judge(server, story);
    }

    private async Task ListenAsync(NatsSubscription digests)
    {
        await foreach (var message in digests.ReadAllAsync(CancellationToken.None))
            _ledger.Take(UserOf(message), Encoding.UTF8.GetString(message.Payload.Span));
    }

    private static string UserOf(NatsMessage message)
    {
        try
        {
            using var digest = JsonDocument.Parse(message.Payload);
            return digest.RootElement.GetProperty("UserID").GetString() ?? "";
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // It belongs to no user, so it is counted as wrong.
            return "";
        }
    }

    private async Task WaitForDigestsAsync(ServerProcess server, int mostOpen, CancellationToken cancel)
    {
        var (began, received) = (time.GetTimestamp(), _ledger.Received);
        while (_ledger.Missing > mostOpen && time.GetElapsedTime(began) < options.Drain && !server.HasExited)
        {
            await Task.Delay(LookEvery, time, cancel);
            if (_ledger.Received > received)
                (began, received) = (time.GetTimestamp(), _ledger.Received);
        }
    }

    private ExitCode Judge(ServerProcess server, AlarmGenerator story)
    {
        if (server.HasExited)
            terminal.Error.WriteLine($"The server has ended: {server.LastOutput}");
        foreach (var sample in _ledger.Samples())
            terminal.Error.WriteLine(sample);
        var passed = !server.HasExited && _ledger is { Expected: > 0, Wrong: 0, Missing: 0 };
        if (terminal.Json)
        {
            terminal.Out.WriteLine(new JsonObject
            {
                ["changes"] = story.Changes,
                ["digestsExpected"] = _ledger.Expected,
                ["received"] = _ledger.Received,
                ["repeats"] = _ledger.Repeats,
                ["wrong"] = _ledger.Wrong,
                ["missing"] = _ledger.Missing,
                ["passed"] = passed,
            }.ToJsonString());
        }
        else
        {
            terminal.Out.WriteLine($"changes {story.Changes}");
            terminal.Out.WriteLine($"digests expected {_ledger.Expected}");
            terminal.Out.WriteLine($"received {_ledger.Received}");
            terminal.Out.WriteLine($"repeats {_ledger.Repeats}");
            terminal.Out.WriteLine($"wrong {_ledger.Wrong}");
            terminal.Out.WriteLine($"missing {_ledger.Missing}");
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(passed ? "PASS" : "FAIL")}: {story.Changes:N0} changes of alarms, {_ledger.Expected:N0} digests requested, "
                    + $"{_ledger.Missing:N0} missing, {_ledger.Wrong:N0} with wrong content, {_ledger.Repeats:N0} repeated."));
        }
        return passed ? ExitCode.Ok : ExitCode.Failed;
    }
}
