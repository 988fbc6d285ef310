using Herald.Engine.Basics;
using Herald.Nats.Messages;

namespace Herald.Nats.Sources;

/// <summary>The form of a setting that is a subject to subscribe.</summary>
internal sealed class SubjectForm : ISettingForm
{
    private SubjectForm() { }

    public static string Rule =>
        $"A subject has {Subjects.Rule}; * stands for one part, and > at the end for one or more.";

    public static bool Accepts(string text) => Subjects.IsPattern(text);
}
