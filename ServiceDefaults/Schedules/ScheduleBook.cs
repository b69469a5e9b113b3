using Agent.Journal.Operators;
using Agent.Resp;

namespace Agent.ServiceDefaults.Schedules;

/// <summary>The schedules there are, by name.</summary>
public sealed class ScheduleBook(RespConnection connection, OperatorLog log) : NamedRecords<Schedule>(connection, log, "schedule");
