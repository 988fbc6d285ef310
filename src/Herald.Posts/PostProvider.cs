using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Messages.Reading;
using Herald.Outbound;
using Herald.Posts.Answers;
using Herald.Posts.Definitions;
using Herald.Posts.Requests;

namespace Herald.Posts;

/// <summary>Sends messages to one service over HTTP, as its definition says.</summary>
/// <remarks>
/// A post has these steps:
/// <list type="number">
/// <item>The recipient and the text are checked. What the provider can never take is refused here, without a request.</item>
/// <item>The message fills the request. Each value is encoded for its place.</item>
/// <item>
/// The request is sent. A failure before anything has gone out proves that the provider does not have the post. A later one proves nothing.
/// </item>
/// <item>The rules of the definition say what the answer means.</item>
/// </list>
/// </remarks>
public sealed class PostProvider : IProvider, IDisposable
{
    /// <summary>Providers repeat the post in their answer.</summary>
    private const int MostAnswerBytes = 64 << 10;

    private readonly ConfiguredPost _post;
    private readonly HttpSender _sender;
    private readonly Preparation _prepare;
    private readonly SemaphoreSlim _turns;

    private PostProvider(string name, PostProviderOptions options, ConfiguredPost post, HttpSender sender, Preparation prepare)
    {
        (Name, Options, _post, _sender, _prepare) = (name, options, post, sender, prepare);
        _turns = new(options.Connections);
    }

    /// <summary>Makes a message ready for a provider, for example its number. Returns what is wrong with it instead.</summary>
    /// <param name="to">The recipient; null when none is named.</param>
    public delegate (Message? Message, FieldProblem? Problem) Preparation(Message message, string? to);

    public string Name { get; }

    public ProviderOptions Options { get; }

    /// <summary>What is wrong with the settings of a provider or with its definition. The settings are without their section.</summary>
    public static IReadOnlyList<SettingProblem> Check(string name, PostProviderOptions options, Presets presets)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(presets);
        return ConfiguredPost.Configure(name, options, presets).Problems;
    }

    /// <param name="prepare">Null: messages are sent as they are.</param>
    /// <exception cref="ArgumentException">The settings have a problem (<see cref="Check"/>).</exception>
    public static PostProvider Create(
        string name, PostProviderOptions options, Presets presets, HttpSender sender, Preparation? prepare = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(presets);
        var (post, problems) = ConfiguredPost.Configure(name, options, presets);
        return post is not null
            ? new(name, options, post, sender, prepare ?? ((message, to) => (message with { To = to }, null)))
            : throw new ArgumentException(
                string.Join("; ", problems.Select(problem => $"{problem.Setting}: '{problem.Value}': {problem.Rule}")), nameof(options));
    }

    /// <summary>What is wrong with a recipient for this provider, as a sentence; null when nothing is.</summary>
    public string? RefuseTo(string to) => _post.Definition.To is not { } rule
        ? "This provider has no recipients: its address says who gets a post. Remove it."
        : rule.Pattern?.IsMatch(to) == false ? rule.Rule : null;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        // 1. The message.
        var to = sending.To ?? ((PostProviderOptions)Options).To;
        var (message, problem) = _prepare(sending.Message, to);
        problem ??= Refuse(message!);
        if (problem is not null)
            return Refused(problem);

        // 2. The request.
        var (request, cannot) = _post.Request.Prepare(message!);
        if (request is null)
            return Refused(cannot!);
        if (_post.Definition.LargestBody is { } largest && request.Body.Length > largest)
            return Refused(TooLarge(message!, request.Body.Length, largest));

        // 3. The sending. It waits for its turn inside of its time.
        await _turns.WaitAsync(cancel).ConfigureAwait(false);
        var trip = new Trip(request);
        try
        {
            var rules = new SendRules(sending.Attempt.Subscription.Limits.Timeout)
            {
                MaxAnswerBytes = MostAnswerBytes,
                IsSentOnce = !_post.Definition.DropsRepeats,
            };
            var sent = await _sender.SendAsync(static trip => trip.Begin(), trip, rules, cancel).ConfigureAwait(false);

            // 4. The answer.
            return sent.Failure is { } failure
                ? new(CertaintyOf(failure.Stage), failure with { Reason = _post.Hide(failure.Reason) })
                : AnswerJudge.Judge(_post.Definition.Answers, sent.Answer.Status, sent.Answer.Body, sent.Answer.RetryAfter, _post.Hide);
        }
        catch (OperationCanceledException)
        {
            // The chain makes a result of the time-out, and needs to know what it proves.
            sending.Reached(trip.Stage);
            if (HasLeft(trip.Stage))
                sending.NoteMayHaveArrived();
            throw;
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private FieldProblem? Refuse(Message message)
    {
        var definition = _post.Definition;
        if (definition.To is { IsOptional: false } && message.To is null)
        {
            return FieldProblem.Of(
                "/to", "", $"A recipient is missing in the message, in the endpoint and in the settings. {definition.To.Rule}");
        }
        if (message.To is { } to && RefuseTo(to) is { } wrong)
            return FieldProblem.Of("/to", to, wrong);
        if (definition is { LongestText: { } most, LengthUnit: var unit }
            && _post.Request.LengthOf(message, unit) is var length && length > most)
        {
            return FieldProblem.Of(
                "/text", message.Text,
                $"It has {length:N0} {unit.Words} with its subject and its escapes. The provider takes {most:N0} at most.");
        }
        return null;
    }

    private static FieldProblem TooLarge(Message message, int bytes, int most) => FieldProblem.Of(
        "/text", message.Text,
        $"The request has {bytes:N0} bytes with it. The provider takes {most:N0} at most: shorten the text, the subject or the data.");

    private static ProviderResult Refused(FieldProblem problem) => new(SendCertainty.Refused, MessageReading.RefusalOf(problem));

    /// <summary>A part of the request may have gone out.</summary>
    private static bool HasLeft(AttemptStage stage) => stage >= AttemptStage.Send;

    private static SendCertainty CertaintyOf(AttemptStage stage) => HasLeft(stage) ? SendCertainty.Unknown : SendCertainty.NotSent;

    /// <summary>One sending with its last request, which knows how far it has come.</summary>
    private sealed class Trip(PreparedRequest prepared)
    {
        private OutboundRequest? _last;

        public AttemptStage Stage => _last?.Stage ?? AttemptStage.Guard;

        public OutboundRequest Begin() => _last = prepared.Create();
    }
}
