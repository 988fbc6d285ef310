using System.CommandLine;
using Herald.Hosting.Commands;

namespace Herald.Cli.Events;

/// <summary><c>herald events …</c></summary>
internal static class EventsCommand
{
    public static Command Create(TimeProvider time) => new ExampleCommand(
        "events", "Finds events and tells what became of them.", "herald events get orders order-17-paid")
    {
        Get(time), Find(time),
    };

    private static ClientCommand Get(TimeProvider time)
    {
        var topic = new Argument<string>("topic") { Description = "The topic of the event." };
        var id = new Argument<string>("id") { Description = "The id of the event." };
        var key = new Option<string?>("--key")
        {
            Description = "The event's key, such as order-17. With it the event is found faster.",
            HelpName = "KEY",
        };
        var subscription = new Option<string?>("--subscription")
        {
            Description = "Only the delivery to this subscription, such as billing; if there is none, the reason.",
            HelpName = "ID",
        };
        return new ClientCommand(
            "get", "Shows an event, what became of each delivery or why it waits, and the attempts. Times are in UTC.",
            "herald events get orders order-17-paid", "herald events get orders order-17-paid --subscription billing")
        {
            topic, id, key, subscription,
        }.Runs(async call => await call.ShowAsync(
            call.Get(subscription) is { } one
                ? await call.Client.Events.GetDeliveryAsync(call.Get(topic), call.Get(id), one, call.Get(key), call.Cancel)
                : await call.Client.Events.GetAsync(call.Get(topic), call.Get(id), call.Get(key), call.Cancel),
            story => new StoryText(time).Write(story, call.Terminal)));
    }

    private static ClientCommand Find(TimeProvider time)
    {
        var message = new Argument<string>("message") { Description = "The id of the message, such as msg_1y2x3w." };
        var subscription = new Option<string>("--subscription")
        {
            Description = "The subscription that got the message, such as billing.",
            HelpName = "ID",
            Required = true,
        };
        return new ClientCommand(
            "find", "Shows the event of a message that a receiver has seen. The newest events are searched.",
            "herald events find msg_1y2x3w --subscription billing") { message, subscription }
            .Runs(async call => await call.ShowAsync(
                await call.Client.Events.GetMessageAsync(call.Get(message), call.Get(subscription)!, call.Cancel),
                story => new StoryText(time).Write(story, call.Terminal)));
    }
}
