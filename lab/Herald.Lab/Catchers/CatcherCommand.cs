using Herald.Hosting.Commands;

namespace Herald.Lab.Catchers;

/// <summary><c>herald catcher</c></summary>
internal static class CatcherCommand
{
    public static ClientCommand Create(TimeProvider time)
    {
        var options = new CatcherOptionSet();
        var command = new ClientCommand(
            "catcher",
            "Receives the webhooks of a customer, checks their order, and can answer with delays and errors.",
            "herald catcher --mode nightmare", "herald catcher --count 10 --window 5s --mode nightmare --then hell --after 1m --for 3m",
            "herald catcher --no-register --print", "herald catcher --no-register --port 9001 --secret whsec_…");
        options.AddTo(command);
        return command.Runs(call => new CatcherRun(options.Read(call.Parsed), call, time).RunAsync());
    }
}
