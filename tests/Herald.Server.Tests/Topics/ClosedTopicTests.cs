using System.Text;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Sources;
using Herald.Engine.Subscriptions;
using Herald.Server.Tests.Http;
using Herald.TestKit.Time;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Herald.Server.Tests.Topics;

/// <summary>A topic that an application has closed takes events only through that application.</summary>
public sealed class ClosedTopicTests(RunningServer server)
{
    private const string Endpoint = "http://127.0.0.1:9/hook";

    private static CancellationToken Cancel => RunningServer.Cancel;

    [Theory]
    [InlineData("""{"id":"1","payload":1}""", "application/json")]
    [InlineData("""[{"payload":1}]""", "application/json")]
    [InlineData("""{"payload":1}""", "application/x-ndjson")]
    public async Task Nobody_publishes_to_it(string body, string type)
    {
        var topic = await NewClosedTopicAsync();
        var answer = (await server.PublishAsync(topic, body, type)).IsProblem(403, "topic-closed");
        Assert.Equal(
            $"Topic '{topic}' takes events only through the addresses of its application (label herald/closed). Use those, or another topic.",
            answer["detail"]);
    }

    [Fact]
    public async Task Its_application_publishes_to_it_and_subscriptions_read_it()
    {
        var topic = await NewClosedTopicAsync();
        await server.NewSubscriptionAsync(topic, Endpoint);
        var found = await server.Server.Engine.Catalog.FindTopicAsync(topic, Cancel);
        using var batch = server.Server.Engine.Intake.Rent(found!);
        Assert.Null(batch.Add(new EventDraft { Id = "one"u8, HasId = true, Key = "key"u8, HasKey = true, Payload = "1"u8 }));
        await server.Server.Engine.Intake.PublishAsync(batch, Cancel);
        (await server.GetAsync($"/v1/topics/{topic}/events/one?key=key")).Is(200);
    }

    [Fact]
    public async Task Its_label_stays_whatever_labels_a_caller_writes()
    {
        var topic = await NewClosedTopicAsync();
        var path = $"/v1/topics/{topic}";
        Assert.Equal("""{"herald/closed":"tests"}""", (await server.PutAsync(path, """{"labels":{}}""")).Is(200).Json["labels"]!.ToJsonString());
        var patched = await server.PatchAsync(path, """{"labels":{"team":"billing","herald/closed":null}}""");
        Assert.Equal("""{"herald/closed":"tests","team":"billing"}""", patched.Is(200).Json["labels"]!.ToJsonString());
        (await server.PatchAsync(path, """{"labels":null}""")).Is(200);
        (await server.PublishAsync(topic, """{"payload":1}""")).IsProblem(403, "topic-closed");
        (await server.PutAsync($"/v1/topics/{await server.NewTopicAsync()}", """{"labels":{"herald/closed":"mine"}}"""))
            .IsProblem(400, "invalid-request", "/labels/herald~1closed", "can be removed, but not set");
    }

    [Fact]
    public async Task No_subscription_of_a_caller_forwards_to_it()
    {
        var (topic, closed) = (await server.NewTopicAsync(), await NewClosedTopicAsync());
        var retry = $$""" "retry":{"maxAttempts":1,"onExhausted":"forward","forwardTo":"{{closed}}"} """;
        var body = $$"""{"topic":"{{topic}}","endpoint":"{{Endpoint}}",{{retry}}}""";
        var path = $"/v1/subscriptions/{RunningServer.Name("subscription")}";
        (await server.PutAsync(path, body)).IsProblem(403, "topic-closed");
        (await server.GetAsync(path)).IsProblem(404, "subscription-not-found");
        (await server.PostAsync($"/v1/topics/{topic}/subscriptions", $$"""{"endpoint":"{{Endpoint}}",{{retry}}}""")).IsProblem(403, "topic-closed");
        var there = await server.NewSubscriptionAsync(topic, Endpoint);
        (await server.PatchAsync($"/v1/subscriptions/{there}", $$"""{{{retry}}}""")).IsProblem(403, "topic-closed");
    }

    [Fact]
    public async Task A_subscription_that_forwarded_to_it_before_can_still_be_changed()
    {
        var (topic, target) = (await server.NewTopicAsync(), await server.NewTopicAsync());
        var there = await server.NewSubscriptionAsync(
            topic, Endpoint, $$""", "retry":{"maxAttempts":1,"onExhausted":"forward","forwardTo":"{{target}}"}""");
        await CloseAsync(target);
        (await server.PatchAsync($"/v1/subscriptions/{there}", """{"limits":{"maxInFlight":3}}""")).Is(200);
        (await server.PatchAsync($"/v1/subscriptions/{there}", """{"retry":{"onExhausted":"deadLetter","forwardTo":null}}""")).Is(200);
    }

    [Fact]
    public async Task A_source_of_another_program_cannot_begin_to_fill_it()
    {
        var topic = await NewClosedTopicAsync();
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => Source(topic, new PlainReader(), NullLogger.Instance).StartAsync(Cancel).AsTask());
        Assert.Equal(
            $"'{topic}': The topic takes events only through its application. Start this server with the application, or use another topic.",
            refusal.Message);
    }

    [Fact]
    public async Task The_applications_own_reader_fills_it()
    {
        var topic = await NewClosedTopicAsync();
        var source = Source(topic, new OwnReader(), NullLogger.Instance);
        await source.StartAsync(Cancel);
        using var batch = source.Begin();
        batch.Add(MessageOf("first"));
        Assert.Equal(1, (await batch.PublishAsync(Cancel)).Accepted);
    }

    [Fact]
    public async Task A_source_that_runs_when_the_topic_is_closed_waits_and_loses_nothing()
    {
        var topic = await server.NewTopicAsync();
        var lines = new Lines();
        var source = Source(topic, new PlainReader(), lines);
        await source.StartAsync(Cancel);
        await CloseAsync(topic);
        using var batch = source.Begin();
        batch.Add(MessageOf("first"));
        var publishing = batch.PublishAsync(Cancel).AsTask();
        await Until.HoldsAsync(() => lines.All.Contains("takes events only through its application", StringComparison.Ordinal), "the log says why");
        Assert.False(publishing.IsCompleted);
        Assert.True((await server.Server.Engine.Catalog.PutTopicAsync(topic, TextMap.Empty, null, Cancel)).Done);
        Assert.Equal(1, (await publishing).Accepted);
    }

    private SourceIntake Source(string topic, IMessageReader reader, ILogger logger) =>
        new(server.Server.Engine.Intake, server.Server.Engine.Catalog, topic, reader, TimeProvider.System, logger);

    private static SourceMessage MessageOf(string value) =>
        new() { Place = new("tests", 0, 1), Key = "key"u8.ToArray(), Value = Encoding.UTF8.GetBytes($"\"{value}\"") };

    private async Task<string> NewClosedTopicAsync()
    {
        var topic = await server.NewTopicAsync();
        await CloseAsync(topic);
        return topic;
    }

    private async Task CloseAsync(string topic) => Assert.True(
        (await server.Server.Engine.Catalog.PutTopicAsync(topic, TextMap.Empty.With(Topic.ClosedLabel, "tests"), null, Cancel)).Done);

    private sealed class OwnReader : IMessageReader
    {
        public string? Read(in SourceMessage message, out EventDraft draft)
        {
            draft = new EventDraft { Id = "own"u8, HasId = true, Payload = message.Value };
            return null;
        }
    }

    private sealed class Lines : ILogger
    {
        private readonly StringBuilder _all = new();

        public string All
        {
            get
            {
                lock (_all)
                    return _all.ToString();
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_all)
                _all.AppendLine(formatter(state, exception));
        }
    }
}
