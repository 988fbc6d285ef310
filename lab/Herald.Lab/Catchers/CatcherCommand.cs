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
            "Receives webhooks on loopback: registers itself at a Herald that runs the orders application, checks the order of every order's changes, and misbehaves on demand. "
            + "Where an order is first seen is where it begins: after a take-over from another handler that is in the middle. Ends with a summary, and 1 when there was something out of order.",
            "herald catcher --mode nightmare", "herald catcher --count 10 --window 5s --mode nightmare --then hell --after 1m --for 3m",
            "herald catcher --no-register --print", "herald catcher --no-register --port 9001 --secret whsec_…");
        options.AddTo(command);
        return command.Runs(call => new CatcherRun(options.Read(call.Parsed), call, time).RunAsync());
    }
}
