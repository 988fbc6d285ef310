using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Messages.Reading;
using Herald.Notifications.Recipients;
using Herald.Notifications.Templates;

namespace Herald.Notifications.Posts;

/// <summary>Judges how the fields of one post fit together and to the settings, and makes the post.</summary>
/// <param name="nowMs">The time in Unix milliseconds.</param>
internal sealed class PostCheck(PostRules rules, PostFields fields, long nowMs)
{
    private const string Missing = "missing";

    private string? _to = fields.To;

    public PostReading ToReading()
    {
        if (IsMissing(PostField.Uuid))
            fields.Refuse("/uuid", Missing, $"A notification has a uuid of its own. {PostUuid.Rule}");
        if (IsMissing(PostField.Destination))
            fields.Refuse("/destination", Missing, "Write EMAIL, SMS, SLACK or PUSH.");
        var rule = CheckDestination();
        CheckText();
        CheckTo(rule);
        CheckTemplate();
        CheckTimes();
        var late = FindLate();
        if (fields.Problems.Count == 0)
            return new() { Post = ToPost(), Late = late, ReceivedMs = fields.ReceivedMs };
        if (late is not null)
            fields.Problems.Add(late);
        return new() { Problems = fields.Problems, IsOnlyTooLarge = fields.IsOnlyTooLarge };
    }

    private Post ToPost() => new()
    {
        Uuid = fields.Uuid,
        Destination = fields.Destination,
        To = _to,
        Text = fields.Text,
        Subject = fields.Subject,
        Html = fields.Html,
        Data = fields.Data,
        Template = fields.Template,
        Params = fields.Params,
        NotBeforeMs = fields.NotBeforeMs,
        ExpiresMs = fields.ExpiresMs,
        Priority = fields.Priority,
        Category = fields.Category,
        Unsubscribe = fields.Unsubscribe,
    };

    /// <summary>The field is not there. One that is there and wrong is reported already.</summary>
    private bool IsMissing(PostField field) => !fields.Has(field) && !fields.IsRefused(field);

    private bool Is(Destination destination) => fields.Has(PostField.Destination) && fields.Destination == destination;

    private DestinationRule? CheckDestination()
    {
        if (!fields.Has(PostField.Destination))
            return null;
        if (rules.Destinations.TryGetValue(fields.Destination, out var rule))
            return rule;
        var known = PostNames.Destinations.Where(rules.Destinations.ContainsKey).Select(PostNames.Of).ToList();
        fields.Refuse(
            "/destination", PostNames.Of(fields.Destination),
            $"This server sends {(known.Count == 0 ? "nothing yet" : string.Join(", ", known))}. "
                + $"Set notifications.destinations.{PostNames.CanonicalOf(fields.Destination)}.");
        return null;
    }

    private void CheckText()
    {
        if (fields.Has(PostField.Destination))
        {
            if (fields.Has(PostField.Html) && !Is(Destination.Email))
                fields.Refuse("/html", fields.Html ?? "", "Only EMAIL has an html. Remove it.");
            if (fields.Has(PostField.Subject) && !Is(Destination.Email) && !Is(Destination.Push))
                fields.Refuse("/subject", fields.Subject ?? "", "Only EMAIL and PUSH have a subject. Remove it.");
        }
        var isNeeded = IsMissing(PostField.Template) && IsMissing(PostField.Html)
            && !(fields.IsRefused(PostField.Data) || (Is(Destination.Push) && fields.Data.Count > 0));
        if (IsMissing(PostField.Text) && isNeeded)
        {
            fields.Refuse(
                "/txt", Missing, $"A notification has a text of 1 to {rules.MostTextBytes:N0} bytes, or a template of the settings.");
        }
    }

    private void CheckTo(DestinationRule? rule)
    {
        if (rule is null || fields.IsRefused(PostField.To))
            return;
        if (_to is null)
        {
            var name = PostNames.CanonicalOf(fields.Destination);
            if (rule.NeedsTo)
            {
                fields.Refuse(
                    "/to", Missing, $"Write the recipient. Only with notifications.destinations.{name}.defaultTo it can be left out.");
            }
        }
        else if (!fields.IsToObject && RecipientKey.IsPersonText(_to))
        {
            if (!rules.KeepsRecipients)
                fields.Refuse("/to", _to, "This server keeps no persons (notifications.recipients is false). Write an address.");
            else if (RecipientKey.OfPerson(_to) is null)
                fields.Refuse("/to", _to, RecipientKey.PersonRule);
        }
        else if (FindAddressProblem(rule) is { } problem)
        {
            fields.Refuse("/to", _to, problem);
        }
    }

    private string? FindAddressProblem(DestinationRule rule)
    {
        if (fields.Destination == Destination.Push)
        {
            if (!fields.IsToObject && _to!.TrimStart().StartsWith('{') && NormalizeTo() is { } problem)
                return problem;
        }
        else if (fields.IsToObject)
        {
            return "Write a JSON string. Only PUSH takes an object, which is the subscription of a browser.";
        }
        else if (Encoding.UTF8.GetByteCount(_to!) > PostFields.MostToBytes)
        {
            return $"At most {PostFields.MostToBytes} bytes.";
        }
        if (string.IsNullOrWhiteSpace(_to))
            return "The recipient is empty. Write one, or remove the field.";
        if (_to.AsSpan().ContainsAny(FieldRules.NotInLines))
            return "A recipient has no line breaks and no other control characters. Remove them.";
        return rule.Check?.Refuse(_to);
    }

    /// <summary>A browser's subscription as text gets the form that it has as an object.</summary>
    private string? NormalizeTo()
    {
        try
        {
            using var subscription = JsonDocument.Parse(_to!);
            if (CanonicalJson.TryNormalize(subscription.RootElement, out var text) is { } problem)
                return problem;
            _to = text;
            return Encoding.UTF8.GetByteCount(text) > PostFields.MostPushToBytes ? $"At most {PostFields.MostPushToBytes:N0} bytes." : null;
        }
        catch (JsonException)
        {
            // The channel says what it takes.
            return null;
        }
    }

    private void CheckTemplate()
    {
        if (IsMissing(PostField.Template))
        {
            if (fields.Has(PostField.Params) && fields.Params.Count > 0)
            {
                fields.Refuse(
                    "/params", $"{fields.Params.Count} values", "Parameters fill a template. Name it in template, or remove them.");
            }
            return;
        }
        if (!fields.Has(PostField.Template) || fields.Template is not { } name)
            return;
        if (!rules.Templates.TryGetValue(name, out var template))
        {
            var known = rules.Templates.Keys.Order(StringComparer.Ordinal).ToList();
            fields.Refuse(
                "/template", name,
                known.Count == 0 ? $"This server has no templates. Set notifications.templates.{name}."
                : Nearest.Of(name, known) is { } near ? $"There is no such template. Did you mean {near}?"
                : $"There is no such template. Known: {string.Join(", ", known)}.");
            return;
        }
        if (template.Text is null && fields.Has(PostField.Destination) && !Is(Destination.Email) && IsMissing(PostField.Text))
        {
            fields.Refuse(
                "/template", name,
                $"The template has no text, which {PostNames.Of(fields.Destination)} needs. Write txt, or use another one.");
        }
        if (!fields.IsRefused(PostField.Params))
            CheckParams(name, template, fields.Params);
    }

    private void CheckParams(string name, PostTemplate template, TextMap parameters)
    {
        var known = fields.Problems.Count;
        foreach (var missing in template.Names.Where(one => parameters.Find(one) is null).Order(StringComparer.Ordinal))
            fields.Refuse($"/params/{missing}", Missing, $"Template {name} needs this parameter.");
        foreach (var (extra, value) in parameters)
        {
            if (template.Names.Contains(extra))
                continue;
            var near = Nearest.Of(extra, template.Names);
            fields.Refuse(
                $"/params/{extra}", value,
                $"Template {name} has no such parameter. {(near is null ? "Remove it." : $"Did you mean {near}?")}");
        }
        if (fields.Problems.Count == known)
            CheckFilled(template, parameters);
    }

    /// <summary>What the parameters make of the template must pass the rules of a post's own fields.</summary>
    private void CheckFilled(PostTemplate template, TextMap parameters)
    {
        var hasSubject = Is(Destination.Email) || Is(Destination.Push);
        if (fields.Subject is null && template.Subject is { } subject && hasSubject)
        {
            foreach (var name in subject.Names.Where(one => parameters.Find(one).AsSpan().ContainsAny(FieldRules.NotInLines)))
            {
                fields.Refuse(
                    $"/params/{name}", ProviderText.OneLine(parameters.Find(name) ?? ""),
                    "The parameter is a part of the subject, which is one line. Remove line breaks and other control characters.");
            }
            CheckLength("subject", subject.MostBytesWith(parameters), PostFields.MostSubjectBytes);
        }
        if (fields.Text is null && template.Text is { } text)
        {
            CheckLength("text", text.MostBytesWith(parameters), rules.MostTextBytes);
            if (fields.Problems.Count == 0 && string.IsNullOrWhiteSpace(text.Fill(parameters)))
                fields.Refuse("/params", $"{parameters.Count} values", "With these parameters, the text is empty.");
        }
        if (fields.Html is null && template.Html is { } html && Is(Destination.Email))
            CheckLength("html", html.MostBytesWith(parameters), rules.MostTextBytes);
    }

    private void CheckLength(string part, long bytes, int most)
    {
        if (bytes > most)
        {
            fields.Refuse(
                "/params", $"{bytes:N0} bytes", $"With these parameters, the {part} is too long. It has at most {most:N0} bytes.");
        }
    }

    private void CheckTimes()
    {
        var lastMs = nowMs + (long)rules.MaxDelay.TotalMilliseconds;
        var far = $"At most {DurationText.Format(rules.MaxDelay)} from now (notifications.maxDelay).";
        if (fields.NotBeforeMs > lastMs)
            fields.Refuse("/notBefore", TimeText.OfUnixMs(fields.NotBeforeMs.Value), far);
        if (fields.ExpiresMs > lastMs)
            fields.Refuse("/expires", TimeText.OfUnixMs(fields.ExpiresMs.Value), far);
        if (fields.ExpiresMs <= fields.NotBeforeMs)
            fields.Refuse("/expires", TimeText.OfUnixMs(fields.ExpiresMs.Value), "Must be after notBefore.");
    }

    private FieldProblem? FindLate() => fields.ExpiresMs is { } expires && expires <= nowMs
        ? FieldProblem.Of("/expires", TimeText.OfUnixMs(expires), "The notification has expired. Write a later time, or remove the field.")
        : null;
}
