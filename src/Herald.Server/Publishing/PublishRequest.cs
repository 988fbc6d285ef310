using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Herald.Engine.Basics;
using Herald.Engine.Events;
using Herald.Engine.Publishing;
using Herald.Engine.Stores;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;

namespace Herald.Server.Publishing;

/// <summary>
/// The working memory of one publish request: reads a body into a batch and writes the answer. It is pooled, so a request allocates almost
/// nothing. It keeps its share of the budget for bodies until the request is answered.
/// </summary>
internal sealed class PublishRequest : IDisposable
{
    private const int LargestAnswerKept = 1 << 16;

    // Events up to this size are not counted in the budget: this much memory is available for every request that waits for a store.
    private const int Uncounted = 16 << 10;

    // Memory of an event, accepted or refused, in addition to its record: the index entry, the verdict and the problem.
    private const int BesideEvent = 256;

    private readonly EventReader _events = new();
    private readonly Scratch _scratch = new();
    private readonly List<(int Index, FieldProblem Problem)> _refused = [];
    private ArrayBufferWriter<byte> _answer = new(512);
    private readonly Utf8JsonWriter _json;

    public PublishRequest(BodyBudget budget)
    {
        _json = new(_answer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        Share = new BodyShare(budget);
    }

    public BodyShare Share { get; }
    public IReadOnlyList<(int Index, FieldProblem Problem)> Refused => _refused;
    public ReadOnlySpan<byte> Answer => _answer.WrittenSpan;

    /// <summary>The batch of this request; <see cref="Reset"/> returns it.</summary>
    public PublishBatch? Batch { get; set; }

    /// <summary>The body is one event, not a list of events.</summary>
    public bool IsSingle { get; private set; }

    /// <summary>Fills the batch. Events that break a rule go into <see cref="Refused"/>, by index.</summary>
    /// <returns>Why the whole body is refused, or null.</returns>
    public Problem? Read(ReadOnlySpan<byte> body, MediaType media, string? traceparent, PublishBatch batch, int maxEvents)
    {
        if (!Utf8.IsValid(body))
            return new(ProblemKind.MalformedJson, "The body is not UTF-8.");
        var trace = ReadOnlySpan<byte>.Empty;
        if (traceparent is { Length: > 0 })
        {
            var into = _scratch.Take(Encoding.UTF8.GetMaxByteCount(traceparent.Length));
            trace = into[..Encoding.UTF8.GetBytes(traceparent, into)];
        }
        return media == MediaType.LinesOfJson ? ReadLines(body, trace, batch, maxEvents) : ReadJson(body, trace, batch, maxEvents);
    }

    /// <summary>
    /// Called when the events have been read and the body is no longer held. From here on, the share stands for the events.
    /// </summary>
    /// <returns>False when the budget has too little left.</returns>
    public bool TryHoldEvents()
    {
        _events.Reset();
        _scratch.Reset();
        var bytes = Batch!.Bytes + ((long)BesideEvent * (Batch.Count + _refused.Count));
        return Share.TryHold(bytes <= Uncounted ? 0 : bytes);
    }

    private Problem? ReadJson(ReadOnlySpan<byte> body, ReadOnlySpan<byte> trace, PublishBatch batch, int maxEvents)
    {
        if (body.Trim(" \t\r\n"u8).IsEmpty)
            return Empty();
        var json = NewReader(body);
        try
        {
            json.Read();
            IsSingle = json.TokenType != JsonTokenType.StartArray;
            if (IsSingle)
            {
                ReadEvent(ref json, body, trace, batch, 0);
            }
            else
            {
                var index = 0;
                for (; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
                {
                    if (index == maxEvents)
                        return TooMany(maxEvents);
                    ReadEvent(ref json, body, trace, batch, index);
                }
                if (index == 0)
                    return new(ProblemKind.EmptyBody, "The batch has no events.");
            }
            json.Read(); // Throws when anything follows.
            return null;
        }
        catch (JsonException e)
        {
            return Malformed(e);
        }
    }

    /// <summary>Reads lines independently. A line that is not JSON is refused alone.</summary>
    private Problem? ReadLines(ReadOnlySpan<byte> body, ReadOnlySpan<byte> trace, PublishBatch batch, int maxEvents)
    {
        var index = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            if (line.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (index == maxEvents)
                return TooMany(maxEvents);
            try
            {
                var json = NewReader(line);
                json.Read();
                var draft = new EventDraft { Trace = trace };
                var problem = _events.Read(ref json, line, ref draft);
                json.Read(); // Throws when anything follows, before the event is in the batch.
                problem ??= batch.Add(draft);
                if (problem is not null)
                    _refused.Add((index, problem));
            }
            catch (JsonException e)
            {
                _refused.Add((index, FieldProblem.Of("", line, Malformed(e).Detail)));
            }
            index++;
        }
        return index == 0 ? Empty() : null;
    }

    private void ReadEvent(ref Utf8JsonReader json, ReadOnlySpan<byte> body, ReadOnlySpan<byte> trace, PublishBatch batch, int index)
    {
        var draft = new EventDraft { Trace = trace };
        var problem = _events.Read(ref json, body, ref draft) ?? batch.Add(draft);
        if (problem is not null)
            _refused.Add((index, problem));
    }

    /// <summary>Writes the verdicts by index, as <c>{"results": [...]}</c>.</summary>
    public void WriteAnswer(PublishBatch batch)
    {
        _json.WriteStartObject();
        _json.WritePropertyName("results"u8);
        WriteResults(_json, batch);
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>A copy of the array of verdicts.</summary>
    public byte[] ResultsOf(PublishBatch batch)
    {
        WriteResults(_json, batch);
        _json.Flush();
        return Answer.ToArray();
    }

    private void WriteResults(Utf8JsonWriter json, PublishBatch batch)
    {
        json.WriteStartArray();
        var verdicts = batch.Results;
        int refused = 0, added = 0;
        for (var index = 0; index < verdicts.Length + _refused.Count; index++)
        {
            json.WriteStartObject();
            json.WriteNumber("index"u8, index);
            if (refused < _refused.Count && _refused[refused].Index == index)
            {
                var problem = _refused[refused++].Problem;
                json.WriteString("status"u8, "refused"u8);
                WriteProblem(
                    json, PublishHandler.IsPayloadTooLarge(problem) ? ProblemKind.PayloadTooLarge : ProblemKind.InvalidRequest, problem);
            }
            else
            {
                WriteVerdict(json, batch, added, verdicts[added]);
                added++;
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteVerdict(Utf8JsonWriter json, PublishBatch batch, int position, Appended appended)
    {
        json.WriteString("id"u8, batch[position].Id);
        json.WriteString("status"u8, StatusOf(appended.Verdict));
        if (appended.Verdict != Verdict.NoRoom)
            WritePlace(json, batch, position, appended);
        if (ProblemOf(appended.Verdict) is var (kind, pointer, rule))
            WriteProblem(json, kind, FieldProblem.Of(pointer, batch[position].Id, rule));
    }

    private static ReadOnlySpan<byte> StatusOf(Verdict verdict) => verdict switch
    {
        Verdict.Accepted => "accepted"u8,
        Verdict.Duplicate => "duplicate"u8,
        Verdict.Conflict => "conflict"u8,
        Verdict.NoRoom => "refused"u8,
    };

    private static (ProblemKind Kind, string Pointer, string Rule)? ProblemOf(Verdict verdict) => verdict switch
    {
        Verdict.Accepted or Verdict.Duplicate => null,
        Verdict.Conflict => (ProblemKind.EventConflict, "/id", PublishRules.Conflict),
        Verdict.NoRoom => (ProblemKind.NoRoom, "", PublishRules.NoRoom),
    };

    private static void WritePlace(Utf8JsonWriter json, PublishBatch batch, int position, Appended appended)
    {
        json.WriteNumber("shard"u8, batch.ShardOf(position).Value);
        json.WriteNumber("sequence"u8, appended.Sequence);
    }

    private static void WriteProblem(Utf8JsonWriter json, ProblemKind kind, FieldProblem problem)
    {
        json.WriteStartObject("problem"u8);
        json.WriteString("code"u8, kind.Code);
        json.WriteString("pointer"u8, problem.Pointer);
        json.WriteString("value"u8, problem.Value);
        json.WriteString("rule"u8, problem.Rule);
        json.WriteEndObject();
    }

    /// <summary>Prepares for the next request. False when it has grown too large to keep.</summary>
    public bool Reset()
    {
        Batch?.Dispose();
        Batch = null;
        Share.Dispose();
        _events.Reset();
        _scratch.Reset();
        _refused.Clear();
        IsSingle = false;
        if (_answer.Capacity > LargestAnswerKept)
            _answer = new(512);
        else
            _answer.ResetWrittenCount();
        _json.Reset(_answer);
        return _refused.Capacity <= 1024;
    }

    public void Dispose() => _json.Dispose();

    private static Utf8JsonReader NewReader(ReadOnlySpan<byte> body) =>
        new(body, new JsonReaderOptions { MaxDepth = EventReader.MaxDepth });

    private static Problem Empty() =>
        new(ProblemKind.EmptyBody, "Send one event, an array of events, or one event per line (application/x-ndjson).");

    private static Problem TooMany(int maxEvents) =>
        new(ProblemKind.BatchTooLarge, $"A batch must have at most {maxEvents} events. Nothing was published; send smaller batches.");

    private static Problem Malformed(JsonException e) =>
        new(
            ProblemKind.MalformedJson,
            $"Line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: not valid JSON from here, or nested "
                + $"deeper than {EventReader.MaxDepth} levels.");
}
