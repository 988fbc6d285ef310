using System.Buffers;
using Herald.Engine.Basics;
using Herald.Engine.Catalogs;
using Herald.Engine.Publishing;
using Herald.Engine.Subscriptions;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Server.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Primitives;

namespace Herald.Server.Publishing;

/// <summary>
/// <c>POST /v1/topics/{topic}/events</c>, the only hot path of the front. It runs before routing, logs nothing, and resolves nothing from a
/// container.
/// </summary>
/// <remarks>
/// Steps: (1) the topic, (2) the media type, (3) the body in one piece, (4) its events into a batch, (5) append, (6) answer.
/// </remarks>
internal sealed class PublishHandler(Intake intake, Catalog catalog, BodyBudget budget, ServerOptions options, ProblemPages problems)
{
    private readonly ObjectPool<PublishRequest> _requests = new DefaultObjectPool<PublishRequest>(new PoolPolicy(budget), 256);

    public PublishCounters Counters { get; } = new();

    public async Task HandleAsync(HttpContext context, ReadOnlyMemory<char> topicName)
    {
        var work = _requests.Get();
        try
        {
            // 1. to 4. These steps nearly always complete synchronously. Then the append is the only wait, and only the pooled request is
            // held during it.
            var problem = await ReadAsync(context, topicName, work);
            if (problem is null)
            {
                // 5. Append. It is not cancelled when the caller goes, because the store would still be reading the batch.
                var batch = work.Batch!;
                if (batch.Count > 0)
                    await intake.PublishAsync(batch);

                // 6. The answer.
                var tally = PublishTally.Of(batch.Results, work.Refused.Count);
                Counters.Add(tally);
                if (tally.Stored > 0)
                    Answer(context.Response, work, batch, tally);
                else
                    problem = Refusal(work, batch, tally);
            }
            if (problem is not null)
                await problem.ExecuteAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await problems.AnswerAsync(e, context);
        }
        finally
        {
            _requests.Return(work);
        }
    }

    private async ValueTask<Problem?> ReadAsync(HttpContext context, ReadOnlyMemory<char> topicName, PublishRequest work)
    {
        // 1. The topic.
        var topic = catalog.FindKnownTopic(topicName.Span);
        if (topic is null)
        {
            (topic, var unknown) = await FindOrCreateTopicAsync(topicName.ToString(), context.RequestAborted);
            if (topic is null)
                return unknown;
        }
        if (topic.IsClosed)
            return CatalogProblem.Closed(topic.Name);

        // 2. The media type.
        var request = context.Request;
        var media = MediaTypes.Of(request.ContentType);
        if (media is not (MediaType.Json or MediaType.LinesOfJson) || request.Headers.ContentEncoding.Count > 0)
            return NotUnderstood();

        // 3. The body.
        var (body, problem) = await BodyBuffer.ReadAsync(request, work.Share, options.MaxBodyBytes);

        // 4. Its events. The batch copies them, so the body is released once they are read. From then until the answer, the request's share
        // of the memory budget stands for the events.
        work.Batch = intake.Rent(topic);
        try
        {
            var trace = Traceparent(request.Headers.TraceParent);
            problem ??= work.Read(body.Bytes.Span, media, trace, work.Batch, intake.Options.MaxBatchEvents);
            return problem is not null || work.TryHoldEvents() ? problem : BodyShare.Busy();
        }
        finally
        {
            body.Dispose();
        }
    }

    private async ValueTask<(Topic?, Problem?)> FindOrCreateTopicAsync(string name, CancellationToken cancel)
    {
        if (await catalog.FindTopicAsync(name, cancel) is { } found)
            return (found, null);
        if (!options.AutoCreateTopics)
            return (null, new(ProblemKind.TopicNotFound, $"There is no topic '{Cut(name)}'. Create it with PUT /v1/topics/{Cut(name)}."));
        return SubscriptionRules.CheckName("/topic", name) is { } problem
            ? (null, Problem.Invalid([problem]))
            : (await catalog.EnsureTopicAsync(name, cancel), null);
    }

    private static void Answer(HttpResponse response, PublishRequest work, PublishBatch batch, in PublishTally tally)
    {
        work.WriteAnswer(batch);
        response.StatusCode = tally.Stored == tally.Total ? StatusCodes.Status202Accepted : StatusCodes.Status207MultiStatus;
        response.ContentType = MediaTypes.Json;
        response.ContentLength = work.Answer.Length;
        response.BodyWriter.Write(work.Answer); // Kestrel flushes when the request has ended.
    }

    private static Problem Refusal(PublishRequest work, PublishBatch batch, in PublishTally tally)
    {
        if (tally.NoRoom > 0)
            return new(ProblemKind.NoRoom, PublishRules.NoRoom) { RetryAfter = 5 };
        if (work.IsSingle && tally.Conflicts > 0)
            return new(ProblemKind.EventConflict, PublishRules.Conflict, [FieldProblem.Of("/id", batch[0].Id, PublishRules.Conflict)]);
        if (work.IsSingle)
        {
            var refused = work.Refused[0].Problem;
            return IsPayloadTooLarge(refused) ? new(ProblemKind.PayloadTooLarge, refused.Rule, [refused]) : Problem.Invalid([refused]);
        }
        var results = work.ResultsOf(batch);
        return new(ProblemKind.EventsRefused,
            "No event of the batch was accepted. The field 'results' has the reason for each event, by index.")
        {
            More = json =>
            {
                json.WritePropertyName("results"u8);
                json.WriteRawValue(results, skipInputValidation: true);
            },
        };
    }

    internal static bool IsPayloadTooLarge(FieldProblem problem) =>
        problem.Pointer == "/payload" && problem.Value.EndsWith(" bytes", StringComparison.Ordinal);

    private static string? Traceparent(StringValues header) => header.Count == 0 ? null : header[0];

    private static Problem NotUnderstood() =>
        new(
            ProblemKind.UnsupportedMediaType,
            "Send application/json (one event or an array) or application/x-ndjson (one event per line), in UTF-8 and not compressed.");

    private static string Cut(string name) => FieldProblem.Of("", name, "").Value;

    private sealed class PoolPolicy(BodyBudget budget) : PooledObjectPolicy<PublishRequest>
    {
        public override PublishRequest Create() => new(budget);
        public override bool Return(PublishRequest obj) => obj.Reset();
    }
}
