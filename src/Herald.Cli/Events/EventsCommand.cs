using System.CommandLine;
using Herald.Hosting.Commands;

namespace Herald.Cli.Events;

/// <summary><c>herald events …</c></summary>
internal static class EventsCommand
{
    public static Command Create()
    {
        var topic = new Argument<string>("topic") { Description = "The topic of the event." };
        var id = new Argument<string>("id") { Description = "The id of the event." };
        var key = new Option<string?>("--key")
        {
            Description = "The event's key, such as order-17. With it the event is found faster.",
            HelpName = "KEY",
        };
        return new ExampleCommand("events", "Finds events by id.", "herald events get orders order-17-paid")
        {
            new ClientCommand("get",
                "Shows an event, its deliveries and their attempts.", "herald events get orders order-17-paid") { topic, id, key }
                .Runs(async call => await call.ShowAsync(
                    await call.Client.Events.GetAsync(call.Get(topic), call.Get(id), call.Get(key), call.Cancel), call.Terminal.Present)),
        };
    }
}
