using Herald.Client;
using Herald.Hosting.Commands;
using Herald.Lab.Notifications;
using Herald.Lab.Processes;

namespace Herald.Lab.Demos.Notifications;

/// <summary>
/// The demo of the notifications application: (1) a mail server, a gateway for text messages, a chat, a push service, and a Herald in a
/// process of its own, (2) posts, each twice, while the gateway is down in the middle third and Herald is killed and started again in the
/// middle, (3) the drain, (4) the verdict.
/// </summary>
internal sealed class NotificationsDemo(NotificationsDemoOptions options, Terminal terminal, TimeProvider time)
{
    private const string Down = MessageProviders.TextMessage;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    public async Task<ExitCode> RunAsync(CancellationToken cancel)
    {
        var directory = Directory.CreateTempSubdirectory("herald-demo-");
        try
        {
            // 1. The providers and the server.
            await using var providers = await MessageProviders.StartAsync(time, cancel);
            await using var server = new DemoServer(["--data", directory.FullName, "--config", providers.SettingsFile], time);
            await server.StartAsync(cancel);
            return await RunAsync(providers, server, cancel);
        }
        catch (Exception failure) when (failure is ChildProcessException or DemoLoadException or HttpRequestException)
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

    private async Task<ExitCode> RunAsync(MessageProviders providers, DemoServer server, CancellationToken cancel)
    {
        var posts = new DemoPosts(new NotificationPoster(() => server.Client, options.Drain, time), providers, options, time);
        var progress = new NotificationsDemoProgress(time, options);
        using var showing = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var display = options.Json
            ? Task.CompletedTask
            : new NotificationsDemoDisplay(posts, providers, server, progress, terminal, time).RunAsync(options.Plain, showing.Token);
        try
        {
            // 2. Posts and troubles.
            await Task.WhenAll(posts.RunAsync(cancel), TroubleAsync(providers, progress, cancel), KillAsync(server, progress, cancel));

            // 3. The drain.
            progress.BeginDrain();
            var began = time.GetTimestamp();
            while (!await IsDoneAsync(posts, server, cancel) && time.GetElapsedTime(began) < options.Drain && !server.HasFailed)
                await Task.Delay(LookEvery, time, cancel);
            progress.End();
        }
        finally
        {
            await showing.CancelAsync();
            await display;
        }

        // 4. The verdict.
        if (server.HasFailed)
            terminal.Error.WriteLine($"The server has ended: {server.LastOutput}");
        return new NotificationsVerdict(
            posts.AcceptedUuids, providers.All, await ProcessedAsync(server, cancel), server.HasFailed, Down, options.Load / 3).Print(terminal);
    }

    private async Task TroubleAsync(MessageProviders providers, NotificationsDemoProgress progress, CancellationToken cancel)
    {
        await Task.Delay(options.Load / 3, time, cancel);
        providers.GoDown(Down);
        progress.Tell($"{Down} is down");
        await Task.Delay(options.Load / 3, time, cancel);
        providers.ComeBack(Down);
        progress.Tell($"{Down} is back");
    }

    private async Task KillAsync(DemoServer server, NotificationsDemoProgress progress, CancellationToken cancel)
    {
        await Task.Delay(options.Load / 2, time, cancel);
        progress.Tell("Herald is killed");
        await server.KillAndStartAsync(cancel);
        progress.Tell("Herald runs again");
    }

    private static async Task<bool> IsDoneAsync(DemoPosts posts, DemoServer server, CancellationToken cancel) =>
        await ProcessedAsync(server, cancel) >= posts.Accepted;

    private static async Task<long> ProcessedAsync(DemoServer server, CancellationToken cancel)
    {
        try
        {
            return (await server.Client.Notifications.CountsAsync(cancel)).Value?.Counts.Values.Sum(one => one.GetValueOrDefault("PROCESSED")) ?? 0;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }
}
