using Herald.Cli.Configuration;
using Herald.Engine.Stores;
using Herald.Engine.Transfer;
using Herald.Hosting;
using Herald.Hosting.Commands;
using Herald.Hosting.Modules;
using Herald.Hosting.Settings;
using Herald.Server;

namespace Herald.Cli.Transfer;

/// <summary>A command that works on a store directly, with the settings of its server, which must not be running.</summary>
internal sealed class MovingCommand(string name, string description, params string[] examples) : ExampleCommand(name, description, examples)
{
    /// <summary>Sets the action of the command. Its exceptions become exit codes here, and only here.</summary>
    public MovingCommand Runs(ModuleSet modules, TimeProvider time, Func<MovingCall, Task<ExitCode>> run)
    {
        var settings = new SettingOptions(this, modules);
        SetAction(async (parsed, cancel) =>
        {
            var terminal = Terminal.Of(parsed);
            var loaded = settings.Load(parsed);
            if (loaded.Errors.Count > 0)
                return (int)terminal.Fail(ExitCode.BadUsage, string.Join(Environment.NewLine, loaded.Errors));
            var context = ContextOf(loaded.Options, time, terminal);
            return (int)await RunAsync(run, new MovingCall(parsed, modules.StoreOf(loaded.Options)!, context, terminal, cancel));
        });
        return this;
    }

    private static StoreContext ContextOf(BoundOptions options, TimeProvider time, Terminal terminal) =>
        new(options, options.Get<ServerOptions>().DataDirectory, time, terminal.Error.WriteLine, terminal.Error.WriteLine);

    private static async Task<ExitCode> RunAsync(Func<MovingCall, Task<ExitCode>> run, MovingCall call)
    {
        try
        {
            return await run(call);
        }
        catch (Exception failure) when (!call.Cancel.IsCancellationRequested && Explain(failure, call) is { } told)
        {
            return call.Terminal.Fail(told.Code, told.Message);
        }
    }

    /// <summary>The store knows its own failures best.</summary>
    private static (ExitCode Code, string Message)? Explain(Exception failure, MovingCall call) =>
        call.Store.Explain(failure, call.Context) ?? failure switch
        {
            MoveRefusedException => (ExitCode.Refused, failure.Message),
            StoreBusyException => (ExitCode.Unavailable, failure.Message),
            StoreUnavailableException => (ExitCode.NotReachable, failure.Message),
            ServerStartException or IOException or UnauthorizedAccessException => (ExitCode.Failed, failure.Message),
            _ => null,
        };
}
