using System.Globalization;
using Herald.Engine.Basics;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Messages.Reading;
using Herald.Outbound;
using Herald.Posts.Answers;
using Herald.Posts.Definitions;
using Herald.Posts.Requests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
/// <item>
/// The rules of the definition say what the answer means. When it refuses the token, and a file has another one by now, steps 2 to 4 are
/// done once more.
/// </item>
/// </list>
/// </remarks>
public sealed class PostProvider : IProvider
{
    /// <summary>Providers repeat the post in their answer.</summary>
    private const int MostAnswerBytes = 64 << 10;

    /// <summary>For a pause of a recipient whose length the provider does not say.</summary>
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(5);

    /// <summary>A request without any time left fails as one that took too long.</summary>
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);

    private readonly KeptPost _post;
    private readonly HttpSender _sender;
    private readonly PostRules _rules;
    private readonly RefusalBrake _brake = new();
    private readonly RecipientPauses _pauses;

    private PostProvider(string name, PostProviderOptions options, KeptPost post, HttpSender sender, PostRules rules)
    {
        (Name, Options, _post, _sender, _rules) = (name, options, post, sender, rules);
        _pauses = new(sender.Time);
    }

    public string Name { get; }

    public ProviderOptions Options { get; }

    /// <summary>What is wrong with the settings of a provider or with its definition. The settings are without their section.</summary>
    public static IReadOnlyList<SettingProblem> Check(string name, PostProviderOptions options, Presets presets)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(presets);
        return ConfiguredPost.Configure(name, options, presets).Problems;
    }

    /// <param name="rules">What the channel demands of messages; null for nothing.</param>
    /// <param name="log">For files with secrets that change.</param>
    /// <exception cref="ArgumentException">The settings have a problem (<see cref="Check"/>).</exception>
    public static PostProvider Create(
        string name, PostProviderOptions options, Presets presets, HttpSender sender, PostRules? rules = null, ILogger? log = null)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(presets);
        var (post, problems) = ConfiguredPost.Configure(name, options, presets);
        return post is not null
            ? new(name, options, new(name, options, post, sender.Time, log ?? NullLogger.Instance), sender, rules ?? new())
            : throw new ArgumentException(
                string.Join("; ", problems.Select(problem => $"{problem.Setting}: '{problem.Value}': {problem.Rule}")), nameof(options));
    }

    /// <summary>What is wrong with a recipient for this provider, as a sentence; null when nothing is.</summary>
    public string? RefuseTo(string to) => RefuseTo(_post.Current.Definition, to);

    private static string? RefuseTo(PostDefinition definition, string to) => definition.To is not { } rule
        ? "This provider has no recipients: its address says who gets a post. Remove it."
        : rule.Pattern?.IsMatch(to) == false ? rule.Rule : null;

    public async ValueTask<ProviderResult> SendAsync(Sending sending, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sending);
        // 1. The message.
        var (message, problem) = _rules.Prepare(sending.Message, sending.To ?? ((PostProviderOptions)Options).To);
        var post = _post.Current;
        problem ??= Refuse(post, message!);
        if (problem is not null)
            return Refused(problem);
        message = message! with { RepeatKey = RepeatKey.Of(message, sending.Attempt.MessageId, Name) };
        if (message.To is { } recipient && _pauses.LeftOf(recipient) is { } pause)
            return PausedFor(pause);
        var began = _sender.Time.GetTimestamp();
        for (var isSecond = false; ; isSecond = true)
        {
            var (verdict, result) = await SendAsync(post, message, sending, LeftOf(sending, began), cancel).ConfigureAwait(false);
            if (verdict is not { } answered)
                return result;
            // A service that refuses the token certainly does not have the post.
            if (!isSecond && answered.Meaning == AnswerMeaning.Troubled
                && await RereadAsync(post, sending, cancel).ConfigureAwait(false))
            {
                post = _post.Current;
                continue;
            }
            return _brake.Judge(answered.Meaning == AnswerMeaning.RecipientThrottled ? Pause(answered, message.To) : answered);
        }
    }

    private ValueTask<bool> RereadAsync(ConfiguredPost post, Sending sending, CancellationToken cancel)
    {
        sending.RequestReached(AttemptStage.Connect);
        return _post.RereadAsync(post, cancel);
    }

    /// <returns>The meaning of the answer, if one came, and the result.</returns>
    private async ValueTask<(AnswerVerdict? Verdict, ProviderResult Result)> SendAsync(
        ConfiguredPost post, Message message, Sending sending, TimeSpan left, CancellationToken cancel)
    {
        // 2. The request.
        var definition = post.Definition;
        var (request, cannot) = post.Request.Prepare(message);
        if (request is null)
            return (null, Refused(cannot!));
        if (definition.LargestBody is { } largest && request.Body.Length > largest)
            return (null, Refused(TooLarge(message, request.Body.Length, largest)));

        // 3. The sending.
        var rules = new SendRules(left)
        {
            MaxAnswerBytes = MostAnswerBytes,
            IsSentOnce = !definition.DropsRepeats,
            NeedsBody = definition.Answers.NeedsBody,
            Remedy = "Herald goes there only if the provider's setting privateNetwork is true",
        };
        var sent = await _sender.SendAsync(static trip => trip.Begin(), new Trip(request, sending), rules, cancel).ConfigureAwait(false);
        if (sent.Failure is { } failure)
        {
            var certainty = sent.MayHaveArrived ? SendCertainty.Unknown : SendCertainty.NotSent;
            return (null, new(certainty, failure with { Reason = post.Hide(failure.Reason) }));
        }

        // 4. The answer.
        var answer = sent.Answer;
        var verdict = AnswerJudge.Judge(definition.Answers, answer.Status, answer.Body, answer.RetryAfter, post.Hide);
        return (verdict, verdict.Result);
    }

    private TimeSpan LeftOf(Sending sending, long began)
    {
        var left = sending.Attempt.Subscription.Limits.Timeout - _sender.Time.GetElapsedTime(began);
        return left > LeastTime ? left : LeastTime;
    }

    /// <summary>The pause of a recipient is one of the provider when several recipients have one, or when the post names none.</summary>
    private AnswerVerdict Pause(AnswerVerdict verdict, string? to)
    {
        var attempt = verdict.Result.Attempt;
        var pause = attempt.RetryAfter ?? DefaultPause;
        return to is not null && _pauses.TryAdd(to, pause)
            ? verdict with { Result = verdict.Result with { Attempt = attempt with { RetryAfter = pause } } }
            : new(AnswerMeaning.Throttled, new(SendCertainty.Throttled, attempt with { EndpointTroubled = true }));
    }

    private static ProviderResult PausedFor(TimeSpan pause) => new(SendCertainty.Refused, new()
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Guard,
        Reason = string.Create(
            CultureInfo.InvariantCulture, $"the provider has asked for a pause of {pause.TotalSeconds:0.###}s more for this recipient"),
        RetryAfter = pause,
    });

    private FieldProblem? Refuse(ConfiguredPost post, Message message)
    {
        var definition = post.Definition;
        if (definition.To is { IsOptional: false } && message.To is null)
        {
            return FieldProblem.Of(
                "/to", "", $"A recipient is missing in the message, in the endpoint and in the settings. {definition.To.Rule}");
        }
        if (message.To is { } to && RefuseTo(definition, to) is { } wrong)
            return FieldProblem.Of("/to", to, wrong);
        if (definition is { LongestText: { } most, LengthUnit: var unit }
            && post.Request.LengthOf(message, unit) is var length && length > most)
        {
            return FieldProblem.Of(
                "/text", message.Text,
                $"It has {length:N0} {unit.Words} with its subject and its escapes. The provider takes {most:N0} at most.");
        }
        return post.Request.TextsOf(message).Select(_rules.RefuseText).FirstOrDefault(problem => problem is not null) is { } rule
            ? FieldProblem.Of("/text", message.Text, rule) : null;
    }

    private static FieldProblem TooLarge(Message message, int bytes, int most) => FieldProblem.Of(
        "/text", message.Text,
        $"The request has {bytes:N0} bytes with it. The provider takes {most:N0} at most: shorten the text, the subject or the data.");

    private static ProviderResult Refused(FieldProblem problem) => new(SendCertainty.Refused, MessageReading.RefusalOf(problem));

    /// <summary>A request that can be sent more than once, and tells how far it has come.</summary>
    private sealed class Trip(PreparedRequest prepared, Sending sending)
    {
        public OutboundRequest Begin()
        {
            var request = prepared.Create();
            request.OnStage = sending.RequestReached;
            return request;
        }
    }
}
