using Herald.Engine.Basics;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>A subject that can be subscribed.</summary>
internal sealed class SubjectText : ISettingForm
{
    private SubjectText() { }

    public static string Rule =>
        $"A subject has {Subjects.Rule}; * stands for one part, and > at the end for one or more.";

    public static bool Accepts(string text) => Subjects.IsPattern(text);
}
