using Herald.Engine;
using Herald.Engine.Basics;
using Herald.Hosting;
using Herald.Hosting.Modules;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Notifications.Doors;
using Herald.Notifications.Posts;
using Herald.Notifications.Reading;
using Herald.Notifications.Recipients;
using Herald.Notifications.Statuses;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Herald.Notifications.Hosting;

/// <summary>The running application beside its shards: topics, subscriptions, and the door.</summary>
internal sealed class NotificationsPart(
    NotificationsOptions options, IEnumerable<IRecipientCheck> checks, BlockTables tables,
    BodyBudget budget, IOptions<JsonOptions> json, TimeProvider time, ILogger<NotificationsPart> logger, KafkaSide? kafka = null)
    : IServerPart, IDisposable
{
    /// <summary>How long a start waits for Kafka. After that, the server starts without it.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    private DirectoryView? _directories;
    private KafkaFront? _kafkaFront;

    public async ValueTask StartAsync(HeraldEngine engine, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Check(engine.Intake.Options, engine.Log.DuplicateWindow);
        await NotificationTopics.EnsureAsync(engine.Catalog, cancel);
        await new NotificationSubscriptions(engine.Catalog, logger).KeepAsync(options, cancel);
        if (kafka is null)
            return;
        _kafkaFront = kafka.CreateFront();
        if (await _kafkaFront.WarmUpAsync(WarmUp, cancel) is { } trouble)
            logger.LogWarning("Posts are not accepted yet. {Trouble} The server keeps trying.", trouble);
    }

    public void Map(IEndpointRouteBuilder routes, HeraldEngine engine)
    {
        var entries = new StateEntries(engine.State, NotificationEvents.Topic);
        _directories = new DirectoryView(entries, engine.Log.ShardCount, time);
        var rows = new StatusReader(entries, _directories, tables, new KeyShards(engine, NotificationEvents.Topic).ShardOf);
        var finder = new NotificationFinder(engine, rows, options);
        IFront front = _kafkaFront is { } there ? there : new StoreFront(engine.Intake, finder, rows, logger);
        var rules = PostRulesOf.Settings(options, checks, engine.Intake.Options.MaxPayloadBytes);
        var posts = new BulkPost(new PostReader(rules), rules, engine.Intake.Options.MaxBatchEvents);
        var door = new PostHandler(posts, front, finder, budget, time, json.Value.SerializerOptions);
        var list = new StatusList(entries, _directories);
        new NotificationEndpoints(door, finder, list, new StatusCounts(entries, _directories), front.IsKafka, logger).Map(routes);
        new NotificationActions(engine, finder, time, front.IsKafka, logger).Map(routes);
        if (!options.Recipients)
            return;
        var shards = new KeyShards(engine, NotificationEvents.RecipientsTopic);
        var view = new RecipientReader(
            new StateEntries(engine.State, RecipientsApplication.StateName), engine.Log.ShardCount, recipient => shards.ShardOf(recipient.Text));
        var events = new RecipientEvents(engine, time);
        new RecipientEndpoints(view, events, checks.ToDictionary(check => check.Kind), budget).Map(routes);
        new SuppressionEndpoints(view, events, time).Map(routes);
    }

    public void Dispose()
    {
        _directories?.Dispose();
        _kafkaFront?.Dispose();
    }

    /// <summary>The rules of the settings that only other modules know, with all errors at once.</summary>
    private void Check(IntakeOptions intake, TimeSpan duplicateWindow)
    {
        var broken = PostRulesOf.Broken(options, checks, intake.MaxPayloadBytes).ToList();
        if (options.KeepFor < duplicateWindow)
        {
            // Such a post would be answered as known, and never be sent.
            broken.Add(new(
                "keepFor",
                $"The store remembers ids for {DurationText.Format(duplicateWindow)}, so a uuid that is forgotten before that could not be posted "
                    + "again. Keep statuses at least so long, or shorten duplicateWindow of the store.")
            {
                Value = DurationText.Format(options.KeepFor),
            });
        }
        if (broken.Count > 0)
            throw new ServerStartException(string.Join(Environment.NewLine, broken.Select(Describe)));
    }

    private static string Describe(SettingProblem problem) => problem.Value is null
        ? $"notifications.{problem.Setting}: {problem.Rule}"
        : $"notifications.{problem.Setting} = '{problem.Value}': {problem.Rule}";
}
