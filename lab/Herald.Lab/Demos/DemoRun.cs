using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Lab.Ledgers;
using Herald.Lab.Processes;
using Herald.Lab.Receivers;
using Herald.LocalServers.Databases;

namespace Herald.Lab.Demos;

/// <summary>
/// The demo: (1) one server or several in processes of their own, (2) four receivers and their subscriptions, (3) the load, while one
/// receiver is dead in the middle third, (4) the drain, (5) the verdict. However it ends, its processes are stopped, and a temporary
/// directory is removed.
/// </summary>
/// <param name="start">Starts the servers, with an existing directory for their data.</param>
internal sealed class DemoRun(
    DemoOptions options, Func<DirectoryInfo, CancellationToken, Task<IDemoStage>> start, Terminal terminal, TimeProvider time)
{
    public const string Topic = "orders";
    private const int LeastAccepted = 1000;
    private const int Seed = 1;
    private static readonly TimeSpan SlowBy = TimeSpan.FromMilliseconds(20);
    private readonly ReceiptLedger _ledger = new(4);

    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        var directory = options.Data ?? Directory.CreateTempSubdirectory("herald-demo-");
        try
        {
            // 1. The server, or servers.
            await using var stage = await start(directory, cancel);
            return await RunAsync(stage, cancel);
        }
        catch (Exception failure) when (failure is ChildProcessException or LocalPostgresException or DemoLoadException or HttpRequestException)
        {
            return terminal.Fail(ExitCode.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return terminal.Fail(ExitCode.Interrupted, "Stopped.");
        }
        finally
        {
            if (options.Data is null)
                directory.Delete(recursive: true);
        }
    }

    private async Task<ExitCode> RunAsync(IDemoStage stage, CancellationToken cancel)
    {
        // 2. Receivers and subscriptions.
        using var load = new OrderLoad(
            new EventPublisher(() => stage.Client, Topic, options.Drain, time), _ledger, options.Keys, time, new Random(Seed));
        (string Name, Conduct Conduct)[] kinds =
        [
            ("healthy", new Conduct.Healthy()), ("slow", new Conduct.Slow(SlowBy)), ("flaky", new Conduct.Flaky(0.5)),
            ("dying", new Conduct.Healthy()),
        ];
        var receivers = kinds.Select((kind, number) => new OrderReceiver(kind.Name, number, _ledger)).ToArray();
        try
        {
            if (Refused(await stage.Client.Topics.PutAsync(Topic, cancel: cancel)) is { } noTopic)
                return noTopic;
            foreach (var (receiver, kind) in receivers.Zip(kinds))
            {
                await receiver.StartAsync(kind.Conduct, () => load.Now, time, new Random(Seed + receiver.Number), cancel);
                if (Refused(await receiver.SubscribeAsync(stage.Client, Topic, cancel)) is { } noSubscription)
                    return noSubscription;
            }

            // 3. and 4. Load and drain, with a display.
            var cost = new NeighbourCost();
            var phase = new DemoPhase(time, options, stage.Place);
            using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var display = options.Json
                ? Task.CompletedTask
                : new DemoDisplay(_ledger, receivers, phase, stage, terminal, time).RunAsync(options.Plain, showing.Token);
            try
            {
                await Task.WhenAll(
                    load.RunAsync(options.Rate, options.Load, long.MaxValue, cancel),
                    DieInTheMiddleAsync(receivers[^1].Webhooks, receivers[0], cost, cancel),
                    stage.PlayAsync(options.Load, cancel));
                phase.BeginDrain();
                await DrainAsync(stage, cancel);
                phase.End();
            }
            finally
            {
                await showing.CancelAsync();
                await display;
            }

            // 5. The verdict.
            return DemoVerdict.Print(
                terminal, _ledger, receivers, LeastAccepted,
                [cost.Sentence(receivers[^1].Name, options.Load / 3, receivers[0].Name), .. stage.Remarks(_ledger.Judge())]);
        }
        finally
        {
            foreach (var receiver in receivers)
                await receiver.DisposeAsync();
        }
    }

    // The first half of the first third warms the programs up, and is not compared.
    private async Task DieInTheMiddleAsync(WebhookReceiver receiver, OrderReceiver compared, NeighbourCost cost, CancellationToken cancel)
    {
        await Task.Delay(options.Load / 6, time, cancel);
        compared.Period = cost.Calm;
        await Task.Delay(options.Load / 6, time, cancel);
        await receiver.GoDownAsync(cancel);
        compared.Period = cost.Beside;
        await Task.Delay(options.Load / 3, time, cancel);
        compared.Period = null;
        await receiver.ComeBackAsync(cancel);
    }

    private async Task DrainAsync(IDemoStage stage, CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (_ledger.Judge().Lost > 0 && time.GetElapsedTime(began) < options.Drain && !stage.HasEnded)
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel);
    }

    private ExitCode? Refused(Reply reply) =>
        reply.Succeeded ? null : terminal.Fail(ReplyExitCode.Of(reply), string.Join(Environment.NewLine, reply.ProblemLines()));
}
