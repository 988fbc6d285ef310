using System.CommandLine;
using Herald.Client;
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
                using var response = await call.Client.OpenAsync($"/v1/topics/{HeraldClient.Escape(call.Get(topic))}/tail", call.Cancel);
                if (!response.IsSuccessStatusCode)
                    return call.Terminal.Show(await HeraldClient.ReadAsync(response, call.Cancel), "");
                using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(call.Cancel));
                while (await lines.ReadLineAsync(call.Cancel) is { } line)
                    if (line.Length > 0)
                        call.Terminal.Out.WriteLine(call.Terminal.Json ? line : TailedLine.ForPeople(line));
                return call.Terminal.Fail(ExitCode.Failed, "Herald has ended the stream.");
            });
    }
}
