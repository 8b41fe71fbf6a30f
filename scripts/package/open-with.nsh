; "Open with Kindred" on folders and on images; nothing is made the default.
!macro customInstall
  WriteRegStr SHCTX "Software\Classes\Directory\shell\Kindred" "" "Open with Kindred"
  WriteRegStr SHCTX "Software\Classes\Directory\shell\Kindred\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  WriteRegStr SHCTX "Software\Classes\SystemFileAssociations\image\shell\Kindred" "" "Open with Kindred"
  WriteRegStr SHCTX "Software\Classes\SystemFileAssociations\image\shell\Kindred\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro customUnInstall
  DeleteRegKey SHCTX "Software\Classes\Directory\shell\Kindred"
  DeleteRegKey SHCTX "Software\Classes\SystemFileAssociations\image\shell\Kindred"
!macroend
