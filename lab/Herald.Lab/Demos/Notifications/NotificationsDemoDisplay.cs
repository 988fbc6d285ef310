using System.Globalization;
using Herald.Hosting.Commands;
using Herald.Lab.Displays;
using Herald.Lab.Notifications;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Herald.Lab.Demos.Notifications;

/// <summary>Shows the demo while it runs: a live table, or a line per second.</summary>
internal sealed class NotificationsDemoDisplay(
    DemoPosts posts, MessageProviders providers, DemoServer server, NotificationsDemoProgress progress, Terminal terminal, TimeProvider time)
    : ProgressDisplay(terminal.Out, time)
{
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> _counts = new Dictionary<string, IReadOnlyDictionary<string, long>>();

    protected override string Line()
    {
        var all = string.Join(" | ", providers.All.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $"{one.Destination} sent {one.Notifications} processed {CountOf(one, "PROCESSED")}{(one.IsDown ? " DOWN" : "")}")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{progress.Elapsed.TotalSeconds:0}s accepted {posts.Accepted} | {all}{(server.IsAway ? " | Herald is being started again" : "")}");
    }

    protected override IRenderable Table()
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("")
            .AddColumn(Right("accepted")).AddColumn(Right("waiting")).AddColumn(Right("processed")).AddColumn(Right("sent"))
            .AddColumn(Right("repeats")).AddColumn(new TableColumn("[bold]provider[/]").Width(8));
        foreach (var one in providers.All)
        {
            var waiting = CountOf(one, "NOT_PROCESSED");
            table.AddRow(
                $"[bold]{one.Destination}[/]", $"{posts.AcceptedOf(one.Destination):N0}", waiting == 0 ? "0" : $"[yellow]{waiting:N0}[/]",
                $"[green]{CountOf(one, "PROCESSED"):N0}[/]", $"{one.Notifications:N0}", $"{one.Requests - one.Notifications:N0}",
                one.IsDown ? "[red]down[/]" : "[green]up[/]");
        }
        return new Rows(
            new Text($"Herald notifications demo: {progress}"),
            new Markup($"each of {posts.Accepted:N0} notifications is posted twice; {posts.Posted:N0} posts are answered"),
            table,
            new Text(server.IsAway ? "Herald is being started again" : progress.Told));
    }

    protected override async ValueTask LookAsync(CancellationToken cancel)
    {
        try
        {
            if (!server.IsAway && (await server.Client.Notifications.CountsAsync(cancel)).Value is { } found)
                _counts = found.Counts;
        }
        catch (HttpRequestException)
        {
            // The server was just killed.
        }
    }

    private static TableColumn Right(string name) => new TableColumn($"[bold]{name}[/]").RightAligned().NoWrap().Width(9);

    private long CountOf(SentTo one, string status) =>
        _counts.TryGetValue(one.Destination, out var statuses) ? statuses.GetValueOrDefault(status) : 0;
}
