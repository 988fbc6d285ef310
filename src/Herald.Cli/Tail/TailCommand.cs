using System.CommandLine;
using Herald.Hosting.Commands;

namespace Herald.Cli.Tail;

/// <summary><c>herald tail</c>: shows the events of a topic as they are accepted, one per line, until Ctrl-C.</summary>
internal static class TailCommand
{
    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = "The topic to watch." };
        return new ClientCommand("tail",
            "Shows the events of a topic as Herald accepts them, until Ctrl-C.",
            "herald tail orders", "herald tail orders --json | jq .key") { topic }
            .Runs(async call =>
            {
                var reply = await call.Client.Events.TailAsync(call.Get(topic), call.Cancel);
                using var tail = reply.Value;
                if (tail is null)
                    return await call.ShowAsync(reply, "");
                await foreach (var line in tail.ReadLinesAsync(call.Cancel))
                    call.Terminal.Out.WriteLine(call.Terminal.Json ? line : TailedLine.ForPeople(line));
                return call.Terminal.Fail(ExitCode.Failed, "Herald has ended the stream.");
            });
    }
}
