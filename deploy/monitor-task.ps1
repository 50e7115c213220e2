# thb-monitor from sign-in on, by the Windows task scheduler: put your paths in, run it in the PowerShell
# of the user whose desk it is. To end it: Stop-ScheduledTask monitor; Unregister-ScheduledTask monitor
$do = New-ScheduledTaskAction -Execute "C:\monitor\venv\Scripts\monitor.exe" `
  -Argument "serve --watch" -WorkingDirectory "C:\monitor\desk"
$when = New-ScheduledTaskTrigger -AtLogOn
$how = New-ScheduledTaskSettingsSet -ExecutionTimeLimit 0 -RestartCount 99 `
  -RestartInterval (New-TimeSpan -Minutes 1) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName monitor -Action $do -Trigger $when -Settings $how
